package io.github.hsmsigner.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.jwk.JWK;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.testing.ExternalTool;
import io.github.hsmsigner.testing.TestPki;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.interfaces.RSAPublicKey;
import java.time.Instant;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which keys check tokens, and what is said of those that cannot. */
class JwtKeySourceTest {

    private static final KeyPair RSA = TestPki.rsaKeyPair(2048);
    private static final KeyPair EC = TestPki.keyPair("EC", 256);
    private static final String RSA_JWK = rsaJwk(RSA);
    private static final String SECRET_JWK = "'kty':'oct','k':'" + Jwt.encode(new byte[32]) + "'";

    @TempDir
    private Path directory;

    private static String rsaJwk(KeyPair key) {
        byte[] modulus = ((RSAPublicKey) key.getPublic()).getModulus().toByteArray();
        return "'kty':'RSA','n':'" + Jwt.encode(modulus) + "','e':'AQAB'";
    }

    private Path write(String content) {
        try {
            return Files.writeString(directory.resolve("file"), content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<JWK> read(JwtKeySource source) {
        return JwtKeySource.read(List.of(source), EnumSet.allOf(JwtAlgorithm.class));
    }

    private static Set<JwtAlgorithm> algorithms(JwtKeySource source) {
        List<JWK> keys = read(source);
        assertThat(keys).hasSize(1);
        return JwtAlgorithm.of(keys.get(0));
    }

    @Test
    void pemFilesOfPublicKeysAndCertificates() {
        assertThat(algorithms(JwtKeySource.ofPublicKey(write(TestPki.pem(RSA.getPublic())))))
                .containsExactlyInAnyOrder(JwtAlgorithm.RS256, JwtAlgorithm.PS256);
        assertThat(algorithms(JwtKeySource.ofPublicKey(write("made on Monday\n" + TestPki.pem(EC.getPublic())))))
                .containsExactly(JwtAlgorithm.ES256);
        Object certificate = TestPki.certify("CN=x", EC.getPublic(), "CN=CA", RSA, false, Instant.EPOCH, Instant.EPOCH);
        assertThat(algorithms(JwtKeySource.ofPublicKey(write(TestPki.pem(certificate)))))
                .containsExactly(JwtAlgorithm.ES256);
    }

    @Test
    void aPublicKeyThatOpensslWrote() {
        Path key = directory.resolve("key.pem");
        Path file = directory.resolve("public.pem");
        ExternalTool.runOrFail(
                "openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", key.toString());
        ExternalTool.runOrFail("openssl", "pkey", "-in", key.toString(), "-pubout", "-out", file.toString());
        assertThat(algorithms(JwtKeySource.ofPublicKey(file))).containsExactly(JwtAlgorithm.ES256);
    }

    /** The same reader as for certificates and private keys. */
    @Test
    void anyFormOfPem() throws IOException {
        String pem = TestPki.pem(RSA.getPublic());
        String parameters = "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n";
        for (String text : List.of("\ufeff" + pem, pem.indent(2), pem.replace("\n", "\r\n"), parameters + pem)) {
            for (Charset charset : List.of(StandardCharsets.UTF_8, StandardCharsets.UTF_16LE)) {
                Path file = Files.writeString(directory.resolve("file"), text, charset);
                assertThat(algorithms(JwtKeySource.ofPublicKey(file)))
                        .containsExactlyInAnyOrder(JwtAlgorithm.RS256, JwtAlgorithm.PS256);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"rsa:RS256 PS256", "rsa-pss:PS256"})
    void keysWithEachIdentifierOfRsa(String typeAndAlgorithms) {
        String[] expected = typeAndAlgorithms.split("[: ]");
        Path key = directory.resolve("key.pem");
        Path file = directory.resolve("public.pem");
        ExternalTool.runOrFail("openssl", "genpkey", "-algorithm", expected[0], "-out", key.toString());
        ExternalTool.runOrFail("openssl", "pkey", "-in", key.toString(), "-pubout", "-out", file.toString());
        assertThat(algorithms(JwtKeySource.ofPublicKey(file)))
                .extracting(JwtAlgorithm::name)
                .containsExactlyInAnyOrder(Arrays.copyOfRange(expected, 1, expected.length));
        ExternalTool.runOrFail(
                "openssl", "req", "-x509", "-key", key.toString(), "-subj", "/CN=x", "-out", file.toString());
        assertThat(algorithms(JwtKeySource.ofPublicKey(file)))
                .extracting(JwtAlgorithm::name)
                .containsExactlyInAnyOrder(Arrays.copyOfRange(expected, 1, expected.length));
    }

    @Test
    void anRsaKeyInPkcs1() {
        Path key = directory.resolve("key.pem");
        Path file = directory.resolve("public.pem");
        ExternalTool.runOrFail("openssl", "genrsa", "-out", key.toString(), "2048");
        ExternalTool.runOrFail("openssl", "rsa", "-in", key.toString(), "-RSAPublicKey_out", "-out", file.toString());
        assertThat(algorithms(JwtKeySource.ofPublicKey(file))).hasSize(2);
    }

    static Stream<Arguments> badPem() {
        String good = TestPki.pem(RSA.getPublic());
        return Stream.of(
                Arguments.of("", "There is no PEM"),
                Arguments.of("{\"keys\":[]}", "There is no PEM"),
                Arguments.of(
                        good.substring(0, good.length() / 2), "is damaged: the PUBLIC KEY block of line 1 has no end"),
                Arguments.of(good.replaceFirst("M", "*"), "is damaged: the PUBLIC KEY block of line 1 is not Base64"),
                Arguments.of(good + good.replaceAll("PUBLIC KEY", "SOMETHING"), "holds a SOMETHING block of line"),
                Arguments.of(TestPki.pem(RSA.getPrivate()), "holds a RSA PRIVATE KEY"),
                Arguments.of(good + good, "more than one key"),
                Arguments.of("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----", "neither an RSA key"),
                Arguments.of("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----", "certificate"),
                Arguments.of(TestPki.pem(TestPki.rsaKeyPair(1024).getPublic()), "1024 bits; it needs at least 2048"),
                Arguments.of(TestPki.pem(TestPki.keyPair("EC", 384).getPublic()), "nor one on P-256"),
                Arguments.of(TestPki.pem(TestPki.keyPair("Ed25519", 255).getPublic()), "nor one on P-256"),
                Arguments.of("x".repeat(1024 * 1024 + 1), "is longer than"));
    }

    @ParameterizedTest
    @MethodSource("badPem")
    void pemFilesThatCannotBeUsed(String content, String message) {
        Path file = write(content);
        assertRefused(JwtKeySource.ofPublicKey(file), message);
    }

    @Test
    void aFileThatIsNotThere() {
        Path absent = directory.resolve("absent");
        assertRefused(JwtKeySource.ofPublicKey(absent), absent.toString());
        assertRefused(JwtKeySource.ofJwkSet(absent), absent.toString());
        assertRefused(JwtKeySource.ofSecret(Secret.inFile(absent)), absent.toString());
    }

    @Test
    void aSecretIsLongAndNoPublicKey() {
        assertRefused(
                JwtKeySource.ofSecret(Secret.of("x".repeat(31).getBytes(StandardCharsets.UTF_8))),
                "31 bytes; it needs at least 32");
        byte[] pem = TestPki.pem(RSA.getPublic()).getBytes(StandardCharsets.US_ASCII);
        assertRefused(JwtKeySource.ofSecret(Secret.of(pem)), "key or certificate in PEM");
    }

    private Path set(String... keys) {
        return write(("{'keys':[{" + String.join("},{", keys) + "}]}").replace('\'', '"'));
    }

    @Test
    void keysOfAJwkSetAreForWhatTheySay() {
        assertThat(algorithms(JwtKeySource.ofJwkSet(set(RSA_JWK))))
                .containsExactlyInAnyOrder(JwtAlgorithm.RS256, JwtAlgorithm.PS256);
        assertThat(algorithms(JwtKeySource.ofJwkSet(set(RSA_JWK + ",'alg':'PS256'"))))
                .containsExactly(JwtAlgorithm.PS256);
        assertThat(algorithms(JwtKeySource.ofJwkSet(set(SECRET_JWK)))).containsExactly(JwtAlgorithm.HS256);
    }

    @Test
    void keysForSomethingElseArePassedOver() {
        Path mixed = set(
                RSA_JWK + ",'kid':'1','alg':'RS256'",
                RSA_JWK + ",'kid':'2','use':'enc'",
                RSA_JWK + ",'kid':'3','alg':'RS512'",
                RSA_JWK + ",'kid':'4','alg':'HS256'",
                "'kty':'OKP','crv':'Ed25519','x':'" + Jwt.encode(new byte[32]) + "'",
                "'kty':'unheard of','kid':'6'");
        assertThat(algorithms(JwtKeySource.ofJwkSet(mixed))).containsExactly(JwtAlgorithm.RS256);
        assertRefused(JwtKeySource.ofJwkSet(set(RSA_JWK + ",'use':'enc'")), "no key for HS256, RS256, ES256 or PS256");
    }

    static Stream<Arguments> badSets() {
        String d = Jwt.encode(
                ((RSAPrivateCrtKey) RSA.getPrivate()).getPrivateExponent().toByteArray());
        return Stream.of(
                Arguments.of("", "not well-formed"),
                Arguments.of("{}", "not well-formed"),
                Arguments.of("{'keys':{}}", "not well-formed"),
                Arguments.of("{'keys':[]}", "no key for"),
                Arguments.of("{'keys':[{" + RSA_JWK + ",'d':'" + d + "'}]}", "holds a private key"),
                Arguments.of("{'keys':[{'kty':'oct','k':'AAAA'}]}", "3 bytes; it needs at least 32"),
                Arguments.of("{'keys':[{'kty':'RSA','n':'AQAB','e':'AQAB'}]}", "cannot be used"),
                Arguments.of(
                        "{'keys':[{" + rsaJwk(TestPki.rsaKeyPair(1024)) + "}]}", "1024 bits; it needs at least 2048"),
                Arguments.of("{'keys':[{'kty':'EC','crv':'P-256','x':'AQAB','y':'AQAB'}]}", "not well-formed"));
    }

    @ParameterizedTest
    @MethodSource("badSets")
    void jwkSetsThatCannotBeUsed(String content, String message) {
        assertRefused(JwtKeySource.ofJwkSet(write(content.replace('\'', '"'))), message);
    }

    private static void assertRefused(JwtKeySource source, String message) {
        assertThatThrownBy(() -> read(source))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining(message)
                .satisfies(e -> source.file().ifPresent(file -> assertThat(e).hasMessageContaining(file.toString())));
    }

    @Test
    void keysMustBeForAnAcceptedAlgorithm() {
        JwtKeySource source = JwtKeySource.ofPublicKey(write(TestPki.pem(EC.getPublic())));
        assertThatThrownBy(() -> JwtKeySource.read(List.of(source), Set.of(JwtAlgorithm.RS256)))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("[RS256]");
    }

    static Stream<Arguments> badSettings() {
        return Stream.of(
                Arguments.of(JwtSettings.builder(List.of()), "at least one key"),
                Arguments.of(builder().algorithms(Set.of()), "at least one algorithm"),
                Arguments.of(builder().keyByClaimValue(Map.of("a", "b")), "the claim is not set"));
    }

    private static JwtSettings.Builder builder() {
        return JwtSettings.builder(List.of(JwtKeySource.ofSecret(Secret.of(new byte[32]))));
    }

    @ParameterizedTest
    @MethodSource("badSettings")
    void settingsThatCannotWorkAreNamed(JwtSettings.Builder settings, String message) {
        assertThatThrownBy(settings::build)
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining(message);
    }

    @Test
    void aSourceIsOnlyOneOfThree() {
        Path file = Path.of("keys");
        List<Optional<Path>> files = List.of(Optional.of(file), Optional.empty());
        Optional<Secret> secret = Optional.of(Secret.of(new byte[32]));
        for (Optional<Path> publicKey : files) {
            for (Optional<Path> jwkSet : files) {
                if (publicKey.isPresent() || jwkSet.isPresent()) {
                    assertNoSource(() -> new JwtKeySource(secret, publicKey, jwkSet));
                }
                if (publicKey.equals(jwkSet)) {
                    assertNoSource(() -> new JwtKeySource(Optional.empty(), publicKey, jwkSet));
                }
            }
        }
    }

    private static void assertNoSource(ThrowingCallable making) {
        assertThatThrownBy(making)
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("only one of them");
    }

    @Test
    void theSecretIsReadForEachPolicyAnewAndNotShown() {
        byte[] secret = "0123456789abcdef0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
        Secret reference = Secret.of(secret);
        Arrays.fill(secret, (byte) 0);
        assertThat(reference.read()).isEqualTo(reference.read()).doesNotContain(0);
        assertThat(JwtKeySource.ofSecret(reference).toString())
                .contains("hidden")
                .doesNotContain("0123");
    }

    static Stream<Arguments> filesThatAreTooMuch() {
        String ring = "{'keys':[{'kty':'RSA','n':%s}]}".replace('\'', '"');
        return Stream.of(
                Arguments.of("arrays", ring.formatted("[".repeat(500_000)), "is not well-formed"),
                Arguments.of(
                        "closed arrays", ring.formatted("[".repeat(9_000) + "]".repeat(9_000)), "is not well-formed"),
                Arguments.of("objects", ring.formatted("{\"n\":".repeat(150_000)), "is not well-formed"),
                Arguments.of(
                        "several megabytes",
                        ring.formatted("\"" + "A".repeat(3_000_000) + "\""),
                        "is longer than 1048576 bytes"),
                Arguments.of("nothing but arrays", "[".repeat(1_000_000), "is not well-formed"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("filesThatAreTooMuch")
    void aJwkSetThatIsTooMuchIsOneSentence(String name, String content, String expected) {
        assertThatThrownBy(() -> read(JwtKeySource.ofJwkSet(write(content))))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining(expected);
    }

    @Test
    void aPemWithoutAnEndIsReadOnce() {
        assertThatThrownBy(
                        () -> read(JwtKeySource.ofPublicKey(write("-----BEGIN PUBLIC KEY-----" + " ".repeat(900_000)))))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("the PUBLIC KEY block of line 1 has no end");
        assertThatThrownBy(() -> read(JwtKeySource.ofPublicKey(write("-----BEGIN A-----".repeat(50_000)))))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("There is no PEM");
    }
}
