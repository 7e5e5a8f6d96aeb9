package io.github.hsmsigner.examples.pdf;

import static org.assertj.core.api.Assertions.assertThat;

import eu.europa.esig.dss.diagnostic.SignatureWrapper;
import eu.europa.esig.dss.enumerations.SignatureLevel;
import io.github.hsmsigner.examples.ExamplePdf;
import io.github.hsmsigner.examples.ExampleProgram;
import io.github.hsmsigner.examples.ExampleToken;
import io.github.hsmsigner.testing.ExternalTool;
import io.github.hsmsigner.testing.TestPki;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SignPdfExampleTest {

    /** The height of an A4 page in points, which are pixels at 72 dpi. */
    private static final int PAGE_HEIGHT = 842;

    @TempDir
    private Path directory;

    @Test
    void othersVerifyTheSignatureAndSeeIt() throws IOException {
        ExampleToken hsm = new ExampleToken();
        hsm.addKey("Jane Signer", TestPki.rsaKeyPair(2048));
        Path document = directory.resolve("document.pdf");
        Path signed = directory.resolve("signed.pdf");
        SampleDocument.write(document);

        assertThat(ExampleProgram.of(SignPdfExample.class)
                        .with(hsm.token())
                        .with("HSM_KEY_LABEL", "Jane Signer")
                        .runOrFail(document, signed))
                .contains("Signed: " + signed);

        assertThat(ExamplePdf.pdfsig(signed))
                .contains("Signature Validation: Signature is Valid.", "Total document signed")
                .contains("Signer Certificate Common Name: Jane Signer", "Signature Type: ETSI.CAdES.detached");
        SignatureWrapper signature =
                ExamplePdf.dss(signed, hsm.pki().root()).getSignatures().get(0);
        assertThat(signature.getSignatureFormat()).isEqualTo(SignatureLevel.PAdES_BASELINE_B);
        assertThat(signature.isSignatureIntact()).isTrue();
        assertThat(signature.isSignatureValid()).isTrue();
        assertThat(signature.isTrustedChain()).isTrue();
        assertThat(signature.getReason()).isEqualTo("Approved");

        assertTheTextIsInItsPlace(render(document), render(signed));
        assertThat(ExternalTool.runOrFail("pdftotext", signed.toString(), "-")).contains("Agreement");
    }

    private BufferedImage render(Path pdf) throws IOException {
        String image = pdf.toString().replace(".pdf", "");
        ExternalTool.runOrFail("pdftoppm", "-r", "72", "-png", "-singlefile", pdf.toString(), image);
        return ImageIO.read(Path.of(image + ".png").toFile());
    }

    private static void assertTheTextIsInItsPlace(BufferedImage before, BufferedImage after) {
        int changed = 0;
        for (int y = 0; y < after.getHeight(); y++) {
            for (int x = 0; x < after.getWidth(); x++) {
                if (before.getRGB(x, y) != after.getRGB(x, y)) {
                    assertThat(x).isBetween(71, 72 + 260);
                    assertThat(PAGE_HEIGHT - y).isBetween(119, 120 + 77);
                    changed++;
                }
            }
        }
        assertThat(changed).isGreaterThan(1000);
    }
}
