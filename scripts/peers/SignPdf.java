import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.SignatureAlgorithm;
import io.github.hsmsigner.core.SigningKey;
import io.github.hsmsigner.core.SigningKeys;
import io.github.hsmsigner.core.SigningService;
import io.github.hsmsigner.core.cms.CmsContainerBuilder;
import io.github.hsmsigner.core.keystore.KeyStoreSigner;
import io.github.hsmsigner.pdf.PdfSignatureOptions;
import io.github.hsmsigner.pdf.PdfSigner;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

/** Signs PDFs with signer-pdf, with level B-B. The arguments are KEYSTORE ALGORITHM DOCUMENT SIGNED, any number of times. */
class SignPdf {

    public static void main(String[] args) throws IOException {
        for (int i = 0; i < args.length; i += 4) {
            KeyStoreSigner key = KeyStoreSigner.open(Path.of(args[i]), "password".toCharArray());
            SigningKey signingKey = SigningKey.open(
                    "key", key, SignatureAlgorithm.valueOf(args[i + 1]).scheme(), key, Deadline.after(Duration.ofSeconds(10)));
            SigningService service = SigningService.builder(SigningKeys.of(signingKey), new CmsContainerBuilder()).build();
            PdfSigner.of(service).sign(
                    Path.of(args[i + 2]), Path.of(args[i + 3]), PdfSignatureOptions.builder().build());
        }
    }
}
