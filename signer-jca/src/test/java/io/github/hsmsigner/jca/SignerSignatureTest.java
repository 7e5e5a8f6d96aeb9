package io.github.hsmsigner.jca;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hsmsigner.core.Digest;
import io.github.hsmsigner.core.DigestAlgorithm;
import io.github.hsmsigner.testing.TestPki;
import java.io.ByteArrayOutputStream;
import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.InvalidAlgorithmParameterException;
import java.security.InvalidKeyException;
import java.security.InvalidParameterException;
import java.security.KeyStore;
import java.security.KeyStoreException;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.ProviderException;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each name of the provider on a SoftHSM token, verified by the Java runtime; and everything that it refuses. */
class SignerSignatureTest {

    private static final byte[] MESSAGE = "message".getBytes(StandardCharsets.UTF_8);

    @TempDir
    static Path directory;

    private static HsmKeys keys;

    @BeforeAll
    static void open() {
        keys = new HsmKeys(directory);
    }

    @AfterAll
    static void close() {
        keys.close();
    }

    static PSSParameterSpec pss(String digest) {
        int salt = Integer.parseInt(digest.substring(digest.length() - 3)) / 8;
        return new PSSParameterSpec(digest, "MGF1", new MGF1ParameterSpec(digest), salt, 1);
    }

    private static Signature signing(String name, String alias) throws Exception {
        Signature signature = Signature.getInstance(name, keys.provider);
        signature.initSign(keys.privateKey(alias));
        return signature;
    }

    private static PublicKey publicKey(String alias) throws Exception {
        return keys.chain(alias).get(0).getPublicKey();
    }

    @ParameterizedTest
    @CsvSource({
        "SHA256withRSA, rsa",
        "SHA384withRSA, rsa",
        "SHA512withRSA, rsa",
        "1.2.840.113549.1.1.11, rsa",
        "SHA256withECDSA, p256",
        "SHA384withECDSA, p384",
        "SHA512withECDSA, p256",
        "SHA256withECDSAinP1363Format, p256",
        "SHA384withECDSAinP1363Format, p384",
        "1.2.840.10045.4.3.2, p256",
        "Ed25519, ed25519",
        "EdDSA, ed25519",
        "OID.1.3.101.112, ed25519"
    })
    void everyNameSignsMessagesInPartsAndEmptyOnes(String name, String alias) throws Exception {
        Signature signature = signing(name, alias);
        // SoftHSM does not sign empty messages with Ed25519.
        for (int length : new int[] {MESSAGE.length, alias.equals("ed25519") ? 2 : 0, 1}) {
            for (int i = 0; i < length; i++) {
                signature.update(MESSAGE[i]);
            }
            byte[] signed = signature.sign();
            Signature verifier = Signature.getInstance(name);
            verifier.initVerify(publicKey(alias));
            verifier.update(MESSAGE, 0, length);
            assertThat(verifier.verify(signed)).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"SHA-256", "SHA-384", "SHA-512"})
    void pssTakesTheParametersOfTheStandard(String digest) throws Exception {
        for (String name : List.of("RSASSA-PSS", digest.replace("-", "") + "withRSAandMGF1")) {
            Signature signature = signing(name, "rsa");
            signature.setParameter(pss(digest));
            signature.update(MESSAGE);
            byte[] signed = signature.sign();
            PSSParameterSpec parameters = signature.getParameters().getParameterSpec(PSSParameterSpec.class);
            assertThat(parameters.getSaltLength()).isEqualTo(pss(digest).getSaltLength());
            Signature verifier = Signature.getInstance("RSASSA-PSS");
            verifier.setParameter(parameters);
            verifier.initVerify(publicKey("rsa"));
            verifier.update(MESSAGE);
            assertThat(verifier.verify(signed)).isTrue();
        }
    }

    @ParameterizedTest
    @CsvSource({"SHA-256", "SHA-384", "SHA-512"})
    void namesWithNoneSignADigest(String digestName) throws Exception {
        DigestAlgorithm algorithm = DigestAlgorithm.fromName(digestName.replace("-", ""));
        byte[] digest = MessageDigest.getInstance(digestName).digest(MESSAGE);
        String sha = digestName.replace("-", "");

        Signature pkcs1 = signing("NONEwithRSA", "rsa");
        pkcs1.update(Digest.of(algorithm, digest).toDigestInfo());
        assertVerifies(sha + "withRSA", "rsa", pkcs1.sign());

        Signature ecdsa = signing("NONEwithECDSA", "p384");
        ecdsa.update(digest);
        assertVerifies(sha + "withECDSA", "p384", ecdsa.sign());

        Signature pss = signing("NONEwithRSASSA-PSS", "rsa");
        pss.update(digest);
        byte[] signed = pss.sign();
        Signature verifier = Signature.getInstance("RSASSA-PSS");
        verifier.setParameter(pss(digestName));
        verifier.initVerify(publicKey("rsa"));
        verifier.update(MESSAGE);
        assertThat(verifier.verify(signed)).isTrue();
    }

    private static void assertVerifies(String name, String alias, byte[] signed) throws Exception {
        Signature verifier = Signature.getInstance(name);
        verifier.initVerify(publicKey(alias));
        verifier.update(MESSAGE);
        assertThat(verifier.verify(signed)).isTrue();
    }

    @Test
    void otherInputsAreRefusedWithTheReason() throws Exception {
        Signature rsa = signing("NONEwithRSA", "rsa");
        rsa.update(new byte[32]);
        assertThatThrownBy(rsa::sign).isInstanceOf(SignatureException.class).hasMessageContaining("DigestInfo");
        Signature ecdsa = signing("NONEwithECDSA", "p256");
        ecdsa.update(new byte[20]);
        assertThatThrownBy(ecdsa::sign)
                .hasMessageContaining("32, 48 or 64 bytes")
                .hasMessageContaining("20 bytes");
        Signature pss = signing("RSASSA-PSS", "rsa");
        assertThatThrownBy(() -> pss.update(MESSAGE)).hasMessageContaining("setParameter");
        assertThatThrownBy(pss::sign).hasMessageContaining("setParameter");
    }

    @Test
    void parametersThatTheTokenCannotUseAreRefused() throws Exception {
        Signature signature = signing("RSASSA-PSS", "rsa");
        for (PSSParameterSpec other : List.of(
                PSSParameterSpec.DEFAULT,
                new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, 20, 1),
                new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA1, 32, 1),
                new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, 32, 2))) {
            assertThatThrownBy(() -> signature.setParameter(other))
                    .isInstanceOf(InvalidAlgorithmParameterException.class)
                    .hasMessageContaining("salt as long as the digest");
        }
        assertThatThrownBy(() -> signing("SHA256withECDSA", "p256").setParameter(pss("SHA-256")))
                .isInstanceOf(InvalidAlgorithmParameterException.class);
        assertThatThrownBy(() -> signing("SHA256withRSAandMGF1", "rsa").setParameter(pss("SHA-384")))
                .isInstanceOf(InvalidAlgorithmParameterException.class);
    }

    @Test
    void keysOfOthersAndOtherTypesAreRefused() throws Exception {
        Signature signature = Signature.getInstance("SHA256withRSA", keys.provider);
        assertThatThrownBy(() -> signature.initSign(TestPki.rsaKeyPair(2048).getPrivate()))
                .isInstanceOf(InvalidKeyException.class)
                .hasMessageContaining("only with keys of its key store");
        assertThatThrownBy(() -> signature.initSign(keys.privateKey("p256")))
                .isInstanceOf(InvalidKeyException.class)
                .hasMessageContaining("\"p256\"");
        assertThatThrownBy(() -> signature.initVerify(publicKey("rsa"))).isInstanceOf(InvalidKeyException.class);
    }

    @Test
    void privateKeysAreOpaque() throws Exception {
        for (String alias : HsmKeys.ALIASES) {
            PrivateKey key = keys.privateKey(alias);
            assertThat(key.getEncoded()).isNull();
            assertThat(key.getFormat()).isNull();
            assertThat(key.getAlgorithm()).isEqualTo(publicKey(alias).getAlgorithm());
            assertThatThrownBy(() -> new ObjectOutputStream(new ByteArrayOutputStream()).writeObject(key))
                    .isInstanceOf(NotSerializableException.class);
        }
    }

    @Test
    void theKeyStoreHasAnEntryForEachKeyAndCannotBeWritten() throws Exception {
        KeyStore keyStore = keys.keyStore();
        assertThat(keyStore.size()).isEqualTo(4);
        for (String alias : HsmKeys.ALIASES) {
            KeyStore.PrivateKeyEntry entry = (KeyStore.PrivateKeyEntry) keyStore.getEntry(alias, null);
            assertThat(entry.getCertificateChain()).hasSize(3);
            assertThat(keyStore.getCertificateAlias(entry.getCertificate())).isEqualTo(alias);
            assertThat(keyStore.isKeyEntry(alias)).isTrue();
        }
        assertThat(keyStore.getKey("other", null)).isNull();
        assertThat(keyStore.getCertificateChain("other")).isNull();
        assertThatThrownBy(() -> keyStore.deleteEntry("rsa")).isInstanceOf(KeyStoreException.class);
        assertThatThrownBy(() -> keyStore.setCertificateEntry("root", keys.pki.root()))
                .isInstanceOf(KeyStoreException.class)
                .hasMessageContaining("read-only");
    }

    @Test
    void aFileCanHoldTheUri() throws Exception {
        Path file = Files.writeString(directory.resolve("key.uri"), keys.uri() + "\n");
        try (SignerProvider provider = new SignerProvider().configure(file.toString())) {
            assertThat(provider.isConfigured()).isTrue();
            assertThat(provider.keyStore().size()).isEqualTo(4);
        }
    }

    @Test
    void aPkcs12FileHasAKeyToo() throws Exception {
        TestPki pki = new TestPki();
        var key = TestPki.keyPair("EC", 256);
        char[] password = "secret".toCharArray();
        Path file = pki.writePkcs12(
                directory.resolve("file-key.p12"), password, key, pki.certifySigner("Signer", key.getPublic()));
        Path passwordFile = Files.writeString(directory.resolve("password"), "secret\n");
        try (SignerProvider provider =
                new SignerProvider().configure("file:" + file + "?password-file=" + passwordFile)) {
            assertThat(provider.keyStore().containsAlias("file-key")).isTrue();
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "no-such-file | must begin with a scheme",
                "awskms:key/1 | No provider for the key URI scheme \"awskms\"",
                "pkcs11:token=t?pin-source=/run/pin | \"module-path\"",
                "pkcs11:token=t?module-path=/usr/lib/m.so | \"pin-source\"",
                "pkcs11:tokn=t | tokn",
                "file:key.p12?password-file=/run/p | absolute path",
                "file:/etc/key.p12 | file of the password",
                "file:/no/such.p12?password-file=/no/such | cannot be read"
            })
    void otherConfigurationsAreRefusedWithTheReason(String argument, String reason) {
        assertThatThrownBy(() -> new SignerProvider().configure(argument))
                .isInstanceOf(InvalidParameterException.class)
                .hasMessageContaining(reason)
                .hasNoSuppressedExceptions()
                .cause()
                .isNotNull();
    }

    @Test
    void withoutConfigurationTheProviderSaysSo() {
        Provider provider = new SignerProvider();
        assertThat(provider.isConfigured()).isFalse();
        assertThatThrownBy(() -> KeyStore.getInstance(SignerProvider.KEY_STORE_TYPE, provider))
                .isInstanceOf(ProviderException.class)
                .hasMessageContaining("Configure it");
    }
}
