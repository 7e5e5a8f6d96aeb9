package io.github.hsmsigner.pkcs11;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.RequestContext;
import io.github.hsmsigner.core.SignatureAlgorithm;
import io.github.hsmsigner.core.SigningKey;
import io.github.hsmsigner.core.SigningKeys;
import io.github.hsmsigner.core.SigningService;
import io.github.hsmsigner.core.cms.CmsContainerBuilder;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.pkcs11.internal.cryptoki.AttributeValue;
import io.github.hsmsigner.pkcs11.internal.cryptoki.Cryptoki;
import io.github.hsmsigner.pkcs11.internal.cryptoki.CryptokiException;
import io.github.hsmsigner.pkcs11.internal.cryptoki.DelegatingCryptoki;
import io.github.hsmsigner.pkcs11.internal.cryptoki.ReturnValue;
import io.github.hsmsigner.pkcs11.softhsm.SoftHsm;
import io.github.hsmsigner.testing.ExternalTool;
import io.github.hsmsigner.testing.TestPki;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import javax.security.auth.x500.X500Principal;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class KeyManagementTest {

    private static final TestPki PKI = new TestPki();
    private static final X500Principal SUBJECT = new X500Principal("CN=Signing key,O=Example,C=DE");

    private static SoftHsm.Token softToken;
    private static Pkcs11Token token;

    @TempDir
    private Path directory;

    @BeforeAll
    static void open() {
        softToken = SoftHsm.newToken();
        token = Pkcs11Token.open(Pkcs11Config.builder(SoftHsm.module())
                .pin(PinSource.fixed(softToken.pin().toCharArray()))
                .tokenLabel(softToken.label())
                .build());
    }

    @AfterAll
    static void close() {
        token.close();
    }

    private static byte[] id(KeyPairType type) {
        return new byte[] {0x10, (byte) type.ordinal()};
    }

    private static SignatureAlgorithm algorithm(Pkcs11Signer signer) {
        return signer.algorithms().iterator().next();
    }

    @ParameterizedTest
    @EnumSource(KeyPairType.class)
    void aKeyIsGeneratedCertifiedAndSignsWithoutEverLeavingTheToken(KeyPairType type) throws IOException {
        KeyManagement ceremony = token.keyManagement();
        String label = "key " + type;
        KeySelector key = KeySelector.byId(id(type));

        PublicKey publicKey = ceremony.generateKeyPair(type, label, id(type));
        Pkcs11Signer signer = token.signer(key);
        assertThat(signer.publicKey()).isEqualTo(publicKey);
        assertThat(softToken.tool("--list-objects", "--type", "privkey"))
                .contains(label)
                .containsIgnoringCase("sensitive, always sensitive, never extract");

        byte[] request = ceremony.certificationRequest(key, algorithm(signer), SUBJECT);
        assertThat(openssl(
                        "req", "-verify", "-noout", "-subject", "-in", file("request.der", request), "-inform", "DER"))
                .containsIgnoringCase("verify OK")
                .contains("CN = Signing key");

        X509Certificate certificate = PKI.certifySigner("Signing key " + type, publicKey);
        ceremony.importCertificate(KeySelector.byLabel(label), certificate);
        SigningKey proven = SigningKey.open(
                "key",
                signer,
                token.certificates(List.of(PKI.intermediate(), PKI.root())),
                Deadline.after(Duration.ofSeconds(10)));
        assertThat(proven.chain().certificates()).containsExactly(certificate, PKI.intermediate(), PKI.root());
    }

    @Test
    void thePrivateKeyDoesNothingButSign() {
        token.keyManagement().generateKeyPair(KeyPairType.P_256, "sign only", new byte[] {0x41});
        String usage = softToken
                .tool("--list-objects", "--type", "privkey", "--id", "41")
                .lines()
                .filter(line -> line.contains("Usage"))
                .findFirst()
                .orElseThrow();
        assertThat(usage.toLowerCase(Locale.ROOT).replaceAll("\\s+", " ").trim())
                .isEqualTo("usage: sign");
    }

    @Test
    void opensslVerifiesASelfSignedCertificate() throws IOException {
        KeySelector key = KeySelector.byLabel("self-signed");
        token.keyManagement().generateKeyPair(KeyPairType.P_384, "self-signed", new byte[] {0x42});
        Instant now = Instant.now();
        X509Certificate certificate = token.keyManagement()
                .selfSignedCertificate(
                        key,
                        SignatureAlgorithm.ECDSA_SHA384,
                        SUBJECT,
                        now.minus(Duration.ofMinutes(1)),
                        Duration.ofDays(30));
        assertThat(certificate.getSubjectX500Principal()).isEqualTo(SUBJECT);
        assertThat(certificate.getBasicConstraints()).isEqualTo(-1);
        String pem =
                TestPki.writePem(directory.resolve("self.pem"), certificate).toString();
        assertThat(openssl("verify", "-check_ss_sig", "-CAfile", pem, pem)).contains("OK");
    }

    @Test
    void aCertificateOnTheTokenIsAsTheStandardWantsIt() throws IOException {
        KeyManagement ceremony = token.keyManagement();
        PublicKey publicKey = ceremony.generateKeyPair(KeyPairType.P_256, "with certificate", new byte[] {0x43});
        X509Certificate certificate = PKI.certifySigner("With certificate", publicKey);
        ceremony.importCertificate(KeySelector.byLabel("with certificate"), certificate);
        assertThat(softToken.tool("--list-objects", "--type", "cert"))
                .contains("label:      with certificate")
                .containsIgnoringCase("CN=With certificate")
                .contains("ID:         43")
                .contains("serial:     "
                        + String.format("%04X", certificate.getSerialNumber().intValueExact()));
        Path copy = directory.resolve("copy.der");
        softToken.tool("--read-object", "--type", "cert", "--id", "43", "--output-file", copy.toString());
        assertThat(openssl("x509", "-inform", "DER", "-in", copy.toString(), "-noout", "-subject"))
                .contains("With certificate");
    }

    @Test
    void anAuthorityCompletesTheChainOnTheToken() {
        SoftHsm.Token other = softToken;
        KeyManagement ceremony = token.keyManagement();
        TestPki pki = new TestPki();
        PublicKey publicKey = ceremony.generateKeyPair(KeyPairType.P_256, "chain", new byte[] {0x44});
        X509Certificate certificate = pki.certifySigner("Chain", publicKey);
        ceremony.importCertificate(KeySelector.byLabel("chain"), certificate);
        ceremony.importIssuer(pki.intermediate());
        ceremony.importIssuer(pki.root());
        assertThat(token.certificates(List.of()).certificateChain(publicKey).certificates())
                .containsExactly(certificate, pki.intermediate(), pki.root());
        assertThatThrownBy(() -> ceremony.importIssuer(pki.root()))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("is on token")
                .hasMessageContaining(other.label());
    }

    @Test
    void aReloadFindsARenewedCertificateNextToTheOldOne() {
        KeyManagement ceremony = token.keyManagement();
        KeySelector key = KeySelector.byLabel("renewal");
        PublicKey publicKey = ceremony.generateKeyPair(KeyPairType.P_256, "renewal", new byte[] {0x5a});
        Instant now = Instant.now();
        ceremony.importCertificate(
                key, PKI.certifySigner("Renewal", publicKey, now.minusSeconds(7_200), now.plusSeconds(7_200)));
        RequestContext request = RequestContext.builder("request").build();
        SigningService service = SigningService.builder(
                        SigningKeys.of(SigningKey.open(
                                "key",
                                token.signer(key),
                                token.certificates(List.of()),
                                Deadline.after(Duration.ofSeconds(10)))),
                        new CmsContainerBuilder())
                .build();
        assertThat(service.reloadCertificates()).isEmpty();
        X509Certificate renewed = PKI.certifySigner("Renewal", publicKey, now.minusSeconds(60), now.plusSeconds(3_600));
        ceremony.importCertificate(key, renewed);
        assertThat(service.reloadCertificates()).containsExactly("key");
        assertThat(service.certificates(request).signer()).isEqualTo(renewed);
        assertThat(token.describe(Deadline.after(Duration.ofSeconds(10))).toString())
                .doesNotContain("leave one");
    }

    @Test
    void namesInUseAreRefused() {
        KeyManagement ceremony = token.keyManagement();
        ceremony.generateKeyPair(KeyPairType.P_256, "taken", new byte[] {0x45});
        assertThatThrownBy(() -> ceremony.generateKeyPair(KeyPairType.P_256, "taken", new byte[] {0x46}))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("already has a key with label \"taken\"");
        assertThatThrownBy(() -> ceremony.generateKeyPair(KeyPairType.P_256, "free", new byte[] {0x45}))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("already has a key with id 45");
        assertThatThrownBy(() -> ceremony.generateKeyPair(KeyPairType.P_256, "free", new byte[0]))
                .isInstanceOf(InvalidConfigurationException.class);
    }

    @Test
    void theCertificateOfAnotherKeyIsRefused() {
        KeyManagement ceremony = token.keyManagement();
        ceremony.generateKeyPair(KeyPairType.P_256, "mine", new byte[] {0x47});
        X509Certificate other =
                PKI.certifySigner("Other", TestPki.keyPair("EC", 256).getPublic());
        assertThatThrownBy(() -> ceremony.importCertificate(KeySelector.byLabel("mine"), other))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("CN=Other")
                .hasMessageContaining("label \"mine\" id 47 (EC");
    }

    @Test
    void aKeyPairIsDestroyedWithItsCertificateAndNothingElse() {
        KeyManagement ceremony = token.keyManagement();
        byte[] id = {0x48};
        PublicKey publicKey = ceremony.generateKeyPair(KeyPairType.P_256, "doomed", id);
        ceremony.generateKeyPair(KeyPairType.P_256, "doomed not", new byte[] {0x49});
        ceremony.importCertificate(KeySelector.byLabel("doomed"), PKI.certifySigner("Doomed", publicKey));

        assertThatThrownBy(() -> ceremony.destroyKeyPair("doomed", new byte[] {0x49}))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("no key with label \"doomed\" and id 49");
        assertThatThrownBy(() -> ceremony.destroyKeyPair("doomed", new byte[0]))
                .isInstanceOf(InvalidConfigurationException.class);
        assertThat(labels("doomed")).isEqualTo(3);
        ceremony.destroyKeyPair("doomed", id);

        assertThat(labels("doomed")).isZero();
        assertThat(labels("doomed not")).isEqualTo(2);
        assertThat(token.signer(KeySelector.byLabel("doomed not")).publicKey()).isNotEqualTo(publicKey);
    }

    private static long labels(String label) {
        return softToken
                .tool("--list-objects")
                .lines()
                .filter(line -> line.matches(" *label: *" + label))
                .count();
    }

    @Test
    void whatTheTokenRefusesIsNotCalledPassing() {
        Pkcs11Config config = Pkcs11Config.builder(SoftHsm.module())
                .pin(PinSource.fixed(softToken.pin().toCharArray()))
                .tokenLabel(softToken.label())
                .build();
        try (Pkcs11Token picky = Pkcs11Token.open(config, NoNewObjects::new)) {
            KeyManagement ceremony = picky.keyManagement();
            assertThatThrownBy(() -> ceremony.importIssuer(PKI.root()))
                    .isInstanceOf(InvalidConfigurationException.class)
                    .hasMessageContaining("refuses")
                    .hasMessageContaining("C_CreateObject answered CKR_TEMPLATE_INCONSISTENT");
            assertThat(picky.health().usable()).isTrue();
        }
    }

    private static final class NoNewObjects extends DelegatingCryptoki {

        NoNewObjects(Cryptoki target) {
            super(target);
        }

        @Override
        public long createObject(long session, List<AttributeValue<?>> template) throws CryptokiException {
            throw new CryptokiException("C_CreateObject", ReturnValue.TEMPLATE_INCONSISTENT);
        }
    }

    private String file(String name, byte[] content) throws IOException {
        return Files.write(directory.resolve(name), content).toString();
    }

    private static String openssl(String... arguments) {
        String[] command = new String[arguments.length + 1];
        command[0] = "openssl";
        System.arraycopy(arguments, 0, command, 1, arguments.length);
        return ExternalTool.runOrFail(command);
    }
}
