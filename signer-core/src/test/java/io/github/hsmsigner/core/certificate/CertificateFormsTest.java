package io.github.hsmsigner.core.certificate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hsmsigner.core.TestKeys;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.testing.ExternalTool;
import io.github.hsmsigner.testing.TestPki;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The forms in which certification authorities hand out certificates. */
class CertificateFormsTest {

    private static final X509Certificate ROOT = TestKeys.PKI.root();
    private static final X509Certificate INTERMEDIATE = TestKeys.PKI.intermediate();

    @TempDir
    private Path directory;

    @Test
    void readsDer() throws Exception {
        assertThat(CertificateFiles.read(Files.write(directory.resolve("root.cer"), ROOT.getEncoded())))
                .containsExactly(ROOT);
    }

    @Test
    void readsWhatOpensslBundles() {
        Path pem = TestPki.writePem(directory.resolve("both.pem"), INTERMEDIATE, ROOT);
        for (String form : List.of("PEM", "DER")) {
            Path bundle = directory.resolve("bundle." + form);
            ExternalTool.runOrFail(
                    "openssl",
                    "crl2pkcs7",
                    "-nocrl",
                    "-certfile",
                    pem.toString(),
                    "-outform",
                    form,
                    "-out",
                    bundle.toString());
            assertThat(CertificateFiles.read(bundle)).containsExactlyInAnyOrder(INTERMEDIATE, ROOT);
        }
    }

    @Test
    void refusesASignedMessageThatIsNoBundle() throws IOException {
        Path key = directory.resolve("key.pem");
        Path certificate = directory.resolve("certificate.pem");
        Path message = Files.writeString(directory.resolve("message"), "a message");
        Path signed = directory.resolve("signed.p7s");
        ExternalTool.runOrFail(
                "openssl",
                "req",
                "-x509",
                "-newkey",
                "rsa:2048",
                "-noenc",
                "-subj",
                "/CN=x",
                "-keyout",
                key.toString(),
                "-out",
                certificate.toString());
        ExternalTool.runOrFail(
                "openssl",
                "cms",
                "-sign",
                "-nodetach",
                "-outform",
                "DER",
                "-signer",
                certificate.toString(),
                "-inkey",
                key.toString(),
                "-in",
                message.toString(),
                "-out",
                signed.toString());
        assertThatThrownBy(() -> CertificateFiles.read(signed))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("signed.p7s");
    }
}
