package io.github.hsmsigner.examples.pdf;

import io.github.hsmsigner.core.SigningService;
import io.github.hsmsigner.pdf.PdfAppearance;
import io.github.hsmsigner.pdf.PdfSignatureOptions;
import io.github.hsmsigner.pdf.PdfSigner;
import io.github.hsmsigner.pkcs11.KeySelector;
import io.github.hsmsigner.pkcs11.PinSource;
import io.github.hsmsigner.pkcs11.Pkcs11Config;
import io.github.hsmsigner.pkcs11.Pkcs11Token;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Signs a PDF with a key in an HSM. The signature is visible on the first page. Earlier signatures stay valid.
 *
 * <pre>{@code
 * HSM_MODULE=/usr/lib/softhsm/libsofthsm2.so HSM_TOKEN_LABEL=demo HSM_PIN=… HSM_KEY_LABEL=contracts \
 *   java -cp signer-examples.jar io.github.hsmsigner.examples.pdf.SignPdfExample document.pdf signed.pdf
 * }</pre>
 */
public final class SignPdfExample {

    private SignPdfExample() {}

    /**
     * Signs a PDF.
     *
     * @param args the PDF and the signed PDF
     * @throws IOException if a file cannot be read or written
     */
    public static void main(String[] args) throws IOException {
        // Drawing needs no screen.
        System.setProperty("java.awt.headless", "true");
        Pkcs11Config config = Pkcs11Config.builder(Path.of(System.getenv("HSM_MODULE")))
                .tokenLabel(System.getenv("HSM_TOKEN_LABEL"))
                .pin(PinSource.environment("HSM_PIN"))
                .build();
        PdfSignatureOptions options = PdfSignatureOptions.builder()
                .reason("Approved")
                .appearance(PdfAppearance.builder().rectangle(72, 120, 260, 76).build())
                .build();
        try (Pkcs11Token token = Pkcs11Token.open(config)) {
            SigningService service = SigningService.of(
                    token.signer(KeySelector.byLabel(System.getenv("HSM_KEY_LABEL"))), token.certificates(List.of()));
            PdfSigner.of(service).sign(Path.of(args[0]), Path.of(args[1]), options);
            System.out.println("Signed: " + args[1]);
        }
    }
}
