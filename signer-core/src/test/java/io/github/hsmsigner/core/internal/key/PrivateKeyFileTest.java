package io.github.hsmsigner.core.internal.key;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.testing.ExternalTool;
import io.github.hsmsigner.testing.TestPki;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.PublicKey;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Private keys as OpenSSL writes them. */
class PrivateKeyFileTest {

    private static final String PASSWORD = "Pass word";

    @TempDir
    private Path directory;

    private static Optional<Supplier<char[]>> password(String text) {
        return Optional.of(text::toCharArray);
    }

    private Path openssl(String command) {
        Path file = directory.resolve("key.pem");
        ExternalTool.runOrFail(Arrays.stream(command.split(" "))
                .map(word -> word.replace("FILE", file.toString()).replace("PASSWORD", PASSWORD))
                .toArray(String[]::new));
        return file;
    }

    @ParameterizedTest
    @CsvSource({
        "RSA, openssl genpkey -algorithm RSA -out FILE",
        "RSA, openssl genrsa -traditional -out FILE 2048",
        "EC, openssl ecparam -name prime256v1 -genkey -out FILE",
        "EC, openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384 -out FILE",
        "EdDSA, openssl genpkey -algorithm ED25519 -out FILE",
    })
    void plainKeys(String algorithm, String command) {
        assertThat(PrivateKeyFile.read(openssl(command), Optional.empty())
                        .getPrivate()
                        .getAlgorithm())
                .isEqualTo(algorithm);
    }

    @ParameterizedTest
    @CsvSource({
        "RSA, openssl genpkey -algorithm RSA -aes-256-cbc -pass pass:PASSWORD -out FILE",
        "RSA, openssl genrsa -traditional -aes256 -passout pass:PASSWORD -out FILE 2048",
        "RSA, openssl genrsa -traditional -des3 -passout pass:PASSWORD -out FILE 2048",
        "EC, openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -aes-128-cbc -pass pass:PASSWORD -out FILE",
    })
    void encryptedKeys(String algorithm, String command) {
        Path file = openssl(command);
        assertThat(PrivateKeyFile.read(file, password(PASSWORD)).getPrivate().getAlgorithm())
                .isEqualTo(algorithm);
        assertThatThrownBy(() -> PrivateKeyFile.read(file, Optional.empty()))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("is encrypted, and no password is set");
        assertThatThrownBy(() -> PrivateKeyFile.read(file, password("another one")))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("cannot be decrypted: the password is wrong")
                .hasMessageNotContaining("another one");
    }

    @Test
    void filesThatAreNoKey() throws IOException {
        Path file = directory.resolve("key.pem");
        assertFails(file, "does not exist");
        Files.writeString(file, "nothing");
        assertFails(file, "holds no private key in PEM");
        TestPki.writePem(file, new TestPki().root());
        assertFails(file, "holds no private key in PEM");
        Files.writeString(file, "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
        assertFails(file, "is damaged");
        Files.writeString(file, "-----BEGIN RSA PRIVATE KEY-----\nMIIB\n");
        assertFails(file, "is damaged: the RSA PRIVATE KEY block of line 1 has no end");
        String indefinite =
                Base64.getMimeEncoder().encodeToString("0\u0080".repeat(20_000).getBytes(StandardCharsets.ISO_8859_1));
        for (String label : List.of("PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY", "ENCRYPTED PRIVATE KEY")) {
            Files.writeString(file, "-----BEGIN " + label + "-----\n" + indefinite + "\n-----END " + label + "-----\n");
            assertFails(file, "is damaged");
        }
        TestPki.writePem(
                file,
                TestPki.keyPair("EC", 256).getPrivate(),
                TestPki.keyPair("EC", 256).getPrivate());
        assertFails(file, "holds several private keys");
        Files.write(file, new byte[1024 * 1024 + 1]);
        assertFails(file, "is larger than");
    }

    private static String dhParameters() {
        return "-----BEGIN DH PARAMETERS-----\nMAYCAQcCAQI=\n-----END DH PARAMETERS-----\n";
    }

    /** Each form of a file that holds one key, and is read as if it held nothing else. */
    static Stream<Arguments> forms() {
        KeyPair key = TestPki.keyPair("EC", 256);
        String pem = TestPki.pem(TestPki.pkcs8(key));
        String other = "-----BEGIN SOMETHING ELSE-----\nAAAA\n-----END SOMETHING ELSE-----\n";
        String ecParameters = "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n";
        return Stream.of(
                        "\ufeff" + pem,
                        pem + dhParameters(),
                        dhParameters() + pem,
                        ecParameters + pem,
                        other + pem,
                        pem + other,
                        pem.indent(4),
                        pem.replace("\n", "\r\n"),
                        "Bag Attributes\n    friendlyName: x\n" + pem + "and text behind",
                        pem + TestPki.pem(new TestPki().root(), key.getPublic()))
                .flatMap(text -> Stream.of(
                        Arguments.of(key.getPublic(), text.getBytes(StandardCharsets.UTF_8)),
                        Arguments.of(key.getPublic(), ("\ufeff" + text).getBytes(StandardCharsets.UTF_16LE)),
                        Arguments.of(key.getPublic(), text.getBytes(StandardCharsets.UTF_16BE))));
    }

    @ParameterizedTest
    @MethodSource("forms")
    void oneKeyAmongOtherThings(PublicKey expected, byte[] content) throws IOException {
        Path file = Files.write(directory.resolve("key.pem"), content);
        assertThat(PrivateKeyFile.read(file, Optional.empty()).getPublic()).isEqualTo(expected);
    }

    @Test
    void blocksThatAreNoKeyOfTlsAreNamed() throws IOException {
        Path file = directory.resolve("key.pem");
        Files.writeString(file, dhParameters());
        assertFails(file, "it holds: DH PARAMETERS block of line 1");
        Files.writeString(file, "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n");
        assertFails(file, "a form that is not supported: OPENSSH PRIVATE KEY block of line 1");
        Files.writeString(file, "-----BEGIN RSA-PSS PRIVATE KEY-----\nAAAA\n-----END RSA-PSS PRIVATE KEY-----\n");
        assertFails(file, "a form that is not supported: RSA-PSS PRIVATE KEY block of line 1");
        TestPki.writePem(file, TestPki.pkcs8(TestPki.keyPair("DSA", 2048)));
        assertFails(file, "the key is of type DSA");
    }

    private static void assertFails(Path file, String why) {
        assertThatThrownBy(() -> PrivateKeyFile.read(file, Optional.empty()))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining(why);
    }
}
