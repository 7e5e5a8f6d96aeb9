package io.github.hsmsigner.core.certificate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hsmsigner.core.TestKeys;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.testing.ExternalTool;
import io.github.hsmsigner.testing.TestPki;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.HexFormat;
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
    void refusesWhatIsDamaged() throws Exception {
        byte[] der = ROOT.getEncoded();
        byte[] longForm = der.clone();
        longForm[1] = (byte) 0x84;
        byte[] indefinite = der.clone();
        indefinite[1] = (byte) 0x80;
        String pem = TestPki.pem(ROOT);
        List<byte[]> damaged = List.of(
                new byte[0],
                new byte[] {0x30},
                HexFormat.of().parseHex("3084ffffffff"),
                Arrays.copyOf(der, der.length + 1),
                Arrays.copyOf(der, der.length - 1),
                Arrays.copyOf(der, der.length / 2),
                longForm,
                indefinite,
                "no certificate at all".getBytes(StandardCharsets.US_ASCII),
                pem.substring(0, pem.length() / 2).getBytes(StandardCharsets.US_ASCII),
                pem.replace("-----END", "-----BEGIN").getBytes(StandardCharsets.US_ASCII),
                pem.replace("M", "*").getBytes(StandardCharsets.US_ASCII),
                (pem + pem.substring(0, 100)).getBytes(StandardCharsets.US_ASCII),
                new byte[CertificateFiles.MAX_BYTES + 1]);
        for (byte[] document : damaged) {
            assertThatThrownBy(() -> CertificateFiles.parse("file x.pem", document))
                    .isInstanceOf(InvalidConfigurationException.class)
                    .hasMessageContaining("x.pem");
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
