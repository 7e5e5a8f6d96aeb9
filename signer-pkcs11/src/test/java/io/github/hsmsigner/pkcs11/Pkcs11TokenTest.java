package io.github.hsmsigner.pkcs11;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.Digest;
import io.github.hsmsigner.core.DigestAlgorithm;
import io.github.hsmsigner.core.SignatureAlgorithm;
import io.github.hsmsigner.core.SignatureScheme;
import io.github.hsmsigner.core.SigningKey;
import io.github.hsmsigner.core.certificate.FixedCertificateProvider;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.core.error.SigningUnavailableException;
import io.github.hsmsigner.pkcs11.softhsm.SoftHsm;
import io.github.hsmsigner.testing.CapturedLog;
import io.github.hsmsigner.testing.ExternalTool;
import io.github.hsmsigner.testing.TestPki;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class Pkcs11TokenTest {

    private static final TestPki PKI = new TestPki();
    private static final KeyPair FIRST_KEY = TestPki.rsaKeyPair(2048);
    private static final KeyPair SECOND_KEY = TestPki.rsaKeyPair(3072);
    private static final X509Certificate FIRST_CERTIFICATE = PKI.certifySigner("First", FIRST_KEY.getPublic());
    private static final X509Certificate SECOND_CERTIFICATE = PKI.certifySigner("Second", SECOND_KEY.getPublic());

    private static SoftHsm.Token twoKeys;
    private static SoftHsm.Token oneKey;

    @TempDir
    private Path directory;

    @BeforeAll
    static void makeTokens() {
        twoKeys = SoftHsm.newToken();
        twoKeys.importKey(FIRST_KEY, "first", "01");
        twoKeys.importKey(SECOND_KEY, "second", "a2");
        twoKeys.importCertificate(FIRST_CERTIFICATE, "first", "01");
        twoKeys.importCertificate(PKI.intermediate(), "issuer", "99");
        oneKey = SoftHsm.newToken();
        oneKey.importKey(FIRST_KEY, "only", "0b");
    }

    private static Pkcs11Config.Builder configFor(SoftHsm.Token token) {
        return Pkcs11Config.builder(SoftHsm.module())
                .pin(PinSource.fixed(token.pin().toCharArray()))
                .tokenLabel(token.label());
    }

    private static Deadline soon() {
        return Deadline.after(Duration.ofSeconds(10));
    }

    @ParameterizedTest
    @EnumSource(DigestAlgorithm.class)
    void opensslVerifiesASignature(DigestAlgorithm digestAlgorithm) throws IOException {
        byte[] message = "what was signed".getBytes(StandardCharsets.UTF_8);
        SignatureAlgorithm algorithm = SignatureAlgorithm.of(SignatureScheme.RSA_PKCS1, digestAlgorithm)
                .orElseThrow();
        byte[] signature;
        try (Pkcs11Token token = Pkcs11Token.open(configFor(twoKeys).build())) {
            Pkcs11Signer signer = token.signer(KeySelector.byLabel("second"));
            signature = signer.sign(algorithm, Digest.compute(digestAlgorithm, message), soon());
        }
        String verdict = ExternalTool.runOrFail(
                "openssl",
                "dgst",
                "-" + digestAlgorithm.text(),
                "-verify",
                TestPki.writePem(directory.resolve("key.pem"), SECOND_KEY.getPublic())
                        .toString(),
                "-signature",
                Files.write(directory.resolve("signature"), signature).toString(),
                Files.write(directory.resolve("message"), message).toString());
        assertThat(verdict).contains("Verified OK");
    }

    @Test
    void takesTheOnlyKeyWithoutASelector() {
        try (Pkcs11Token token = Pkcs11Token.open(configFor(oneKey).build())) {
            assertThat(token.signer(KeySelector.any()).publicKey()).isEqualTo(FIRST_KEY.getPublic());
        }
    }

    @Test
    void findsAKeyByIdAndByLabelAndId() {
        byte[] id = {(byte) 0xa2};
        try (Pkcs11Token token = Pkcs11Token.open(configFor(twoKeys).build())) {
            assertThat(token.signer(KeySelector.byId(id)).publicKey()).isEqualTo(SECOND_KEY.getPublic());
            assertThat(token.signer(KeySelector.of("second", id)).publicKey()).isEqualTo(SECOND_KEY.getPublic());
        }
    }

    @Test
    void listsTheKeysWhenSeveralMatch() {
        try (Pkcs11Token token = Pkcs11Token.open(configFor(twoKeys).build())) {
            assertThatThrownBy(() -> token.signer(KeySelector.any()))
                    .isInstanceOf(InvalidConfigurationException.class)
                    .hasMessageContaining("2 match any key")
                    .hasMessageContaining("label \"first\" id 01 (RSA, 2048 bits)")
                    .hasMessageContaining("label \"second\" id a2 (RSA, 3072 bits)");
        }
    }

    @Test
    void listsTheKeysWhenNoneMatches() {
        try (Pkcs11Token token = Pkcs11Token.open(configFor(oneKey).build())) {
            assertThatThrownBy(() -> token.signer(KeySelector.byLabel("other")))
                    .isInstanceOf(InvalidConfigurationException.class)
                    .hasMessageContaining("none is the key with label \"other\"")
                    .hasMessageContaining("label \"only\" id 0b (RSA, 2048 bits)");
        }
    }

    @Test
    void findsATokenBySlot() {
        long slot = slotOf(oneKey);
        Pkcs11Config config = Pkcs11Config.builder(SoftHsm.module())
                .pin(PinSource.fixed(oneKey.pin().toCharArray()))
                .slotId(slot)
                .build();
        try (Pkcs11Token token = Pkcs11Token.open(config)) {
            assertThat(token.signer(KeySelector.any()).publicKey()).isEqualTo(FIRST_KEY.getPublic());
        }
    }

    private static long slotOf(SoftHsm.Token token) {
        try (Pkcs11Token open = Pkcs11Token.open(configFor(token).build())) {
            return Long.parseLong(open.toString().replaceAll(".*slot (\\d+),.*", "$1"));
        }
    }

    @Test
    void listsTheTokensWhenSeveralArePresent() {
        Pkcs11Config config = Pkcs11Config.builder(SoftHsm.module())
                .pin(PinSource.fixed("any".toCharArray()))
                .build();
        assertThatThrownBy(() -> Pkcs11Token.open(config))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("match any token")
                .hasMessageContaining("\"" + oneKey.label() + "\"")
                .hasMessageContaining("\"" + twoKeys.label() + "\"");
    }

    @Test
    void listsTheTokensWhenNoneMatches() {
        Pkcs11Config config = Pkcs11Config.builder(SoftHsm.module())
                .pin(PinSource.fixed("any".toCharArray()))
                .tokenLabel("absent")
                .build();
        assertThatThrownBy(() -> Pkcs11Token.open(config))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("none matches the token with label \"absent\"")
                .hasMessageContaining("\"" + oneKey.label() + "\"");
    }

    /** An empty SoftHSM, which shows a token that is not initialised and nothing that could be out of reach. */
    @Test
    void aModuleWhoseTokensAreNotInitialisedIsAWrongSetting() {
        Pkcs11Config config = configFor(oneKey).build();
        SoftHsm.withoutTokens(
                directory,
                () -> assertThatThrownBy(() -> Pkcs11Token.open(config))
                        .isInstanceOf(InvalidConfigurationException.class)
                        .hasMessageContaining(SoftHsm.module() + " shows no token that is initialised. Initialise one")
                        .hasMessageContaining("softhsm2-util --init-token"));
    }

    @Test
    void buildsTheChainFromTheTokenAndFurtherIssuers() {
        try (Pkcs11Token token = Pkcs11Token.open(configFor(twoKeys).build())) {
            SigningKey key = SigningKey.open(
                    "first",
                    token.signer(KeySelector.byLabel("first")),
                    token.certificates(List.of(PKI.root())),
                    soon());
            assertThat(key.chain().certificates()).containsExactly(FIRST_CERTIFICATE, PKI.intermediate(), PKI.root());
        }
    }

    @Test
    void refusesTheCertificateOfAnotherKey() {
        FixedCertificateProvider other = FixedCertificateProvider.of("a file", List.of(SECOND_CERTIFICATE), List.of());
        try (Pkcs11Token token = Pkcs11Token.open(configFor(oneKey).build())) {
            Pkcs11Signer signer = token.signer(KeySelector.any());
            assertThatThrownBy(() -> SigningKey.open("only", signer, other, soon()))
                    .isInstanceOf(InvalidConfigurationException.class)
                    .hasMessageContaining("None of the certificates of a file belongs to the signing key")
                    .hasMessageContaining("CN=Second");
        }
    }

    @Test
    void severalUsersShareTheModule() {
        try (Pkcs11Token first = Pkcs11Token.open(configFor(oneKey).build())) {
            try (Pkcs11Token second = Pkcs11Token.open(configFor(twoKeys).build())) {
                assertThat(second.signer(KeySelector.byLabel("second")).publicKey())
                        .isEqualTo(SECOND_KEY.getPublic());
            }
            Digest digest = Digest.compute(DigestAlgorithm.SHA256, new byte[] {1});
            assertThat(first.signer(KeySelector.any()).sign(SignatureAlgorithm.RSA_PKCS1_SHA256, digest, soon()))
                    .hasSize(256);
        }
    }

    @Test
    void aClosedTokenSaysSo() {
        Pkcs11Token token = Pkcs11Token.open(configFor(oneKey).build());
        Pkcs11Signer signer = token.signer(KeySelector.any());
        token.close();
        token.close();
        Digest digest = Digest.compute(DigestAlgorithm.SHA256, new byte[] {1});
        assertThatThrownBy(() -> signer.sign(SignatureAlgorithm.RSA_PKCS1_SHA256, digest, soon()))
                .isInstanceOf(SigningUnavailableException.class)
                .hasMessageContaining("closed");
    }

    @Test
    void logsWhatOperatorsLookForAndNeverThePin() {
        try (CapturedLog log = new CapturedLog()) {
            try (Pkcs11Token token = Pkcs11Token.open(configFor(oneKey).build())) {
                token.signer(KeySelector.any());
            }
            assertThat(log.text())
                    .contains("PKCS#11 module " + SoftHsm.module())
                    .contains("Logged in to token \"" + oneKey.label() + "\"")
                    .contains("Signing key: label \"only\" id 0b (RSA, 2048 bits), on token")
                    .doesNotContain(oneKey.pin());
        }
    }
}
