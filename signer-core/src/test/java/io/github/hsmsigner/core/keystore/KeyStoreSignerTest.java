package io.github.hsmsigner.core.keystore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hsmsigner.core.Digest;
import io.github.hsmsigner.core.DigestAlgorithm;
import io.github.hsmsigner.core.SignatureAlgorithm;
import io.github.hsmsigner.core.TestKeys;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.testing.ExternalTool;
import io.github.hsmsigner.testing.TestPki;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeyStoreSignerTest {

    private static final TestPki PKI = TestKeys.PKI;

    @TempDir
    private Path directory;

    @Test
    void opensWhatOpensslMade() throws Exception {
        Path key = directory.resolve("key.pem");
        Path certificate = directory.resolve("certificate.pem");
        Path store = directory.resolve("store.p12");
        ExternalTool.runOrFail(
                "openssl",
                "req",
                "-x509",
                "-newkey",
                "rsa:2048",
                "-noenc",
                "-subj",
                "/CN=From OpenSSL",
                "-keyout",
                key.toString(),
                "-out",
                certificate.toString());
        ExternalTool.runOrFail(
                "openssl",
                "pkcs12",
                "-export",
                "-inkey",
                key.toString(),
                "-in",
                certificate.toString(),
                "-passout",
                "pass:some-password",
                "-out",
                store.toString());
        KeyStoreSigner signer = KeyStoreSigner.open(store, "some-password".toCharArray());
        assertThat(signer.certificateChain(signer.publicKey()).signer().getSubjectX500Principal())
                .hasToString("CN=From OpenSSL");
        Digest digest = Digest.compute(DigestAlgorithm.SHA256, "signed".getBytes());
        byte[] signature = signer.sign(SignatureAlgorithm.RSA_PKCS1_SHA256, digest, TestKeys.soon());
        assertThat(ExternalTool.runOrFail(
                        "openssl",
                        "dgst",
                        "-sha256",
                        "-prverify",
                        key.toString(),
                        "-signature",
                        Files.write(directory.resolve("signature"), signature).toString(),
                        Files.writeString(directory.resolve("message"), "signed")
                                .toString()))
                .contains("Verified OK");
    }

    @Test
    void saysThatThePasswordIsWrongWithoutRepeatingIt() {
        KeyPair key = TestKeys.KEY_PAIR;
        Path file = PKI.writePkcs12(
                directory.resolve("store.p12"),
                "right".toCharArray(),
                key,
                PKI.certifySigner("Signer", key.getPublic()));
        assertThatThrownBy(() -> KeyStoreSigner.open(file, "wrong-guess".toCharArray()))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("store.p12 is wrong")
                .hasMessageNotContaining("wrong-guess");
    }

    @Test
    void saysThatTheFileIsMissingOrNoKeyStore() throws IOException {
        char[] password = "any".toCharArray();
        assertThatThrownBy(() -> KeyStoreSigner.open(directory.resolve("absent.p12"), password))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("absent.p12 does not exist");
        Path text = Files.writeString(directory.resolve("text.p12"), "just text");
        assertThatThrownBy(() -> KeyStoreSigner.open(text, password))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("text.p12 cannot be read as PKCS#12");
    }

    @Test
    void saysThatTheCertificateIsMissing() {
        Path key = directory.resolve("key.pem");
        Path store = directory.resolve("bare.p12");
        ExternalTool.runOrFail("openssl", "genrsa", "-out", key.toString(), "2048");
        ExternalTool.runOrFail(
                "openssl",
                "pkcs12",
                "-export",
                "-nocerts",
                "-inkey",
                key.toString(),
                "-passout",
                "pass:any",
                "-out",
                store.toString());
        KeyStoreSigner signer = KeyStoreSigner.open(store, "any".toCharArray());
        assertThatThrownBy(() -> signer.certificateChain(signer.publicKey()))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("There is no certificate for the signing key")
                .hasMessageContaining("bare.p12 holds none");
    }

    @Test
    void saysThatTheKeyIsOfATypeThatIsNotSupported() {
        KeyPair key = TestPki.keyPair("DSA", 2048);
        Path file = PKI.writePkcs12(
                directory.resolve("dsa.p12"), "any".toCharArray(), key, PKI.certifySigner("DSA", key.getPublic()));
        assertThatThrownBy(() -> KeyStoreSigner.open(file, "any".toCharArray()))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("of type DSA");
    }
}
