package io.github.hsmsigner.examples.pdf;

import io.github.hsmsigner.core.ContainerFormat;
import io.github.hsmsigner.core.ContainerRequest;
import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.DigestAlgorithm;
import io.github.hsmsigner.core.RequestContext;
import io.github.hsmsigner.core.SigningKey;
import io.github.hsmsigner.core.SigningKeys;
import io.github.hsmsigner.core.SigningService;
import io.github.hsmsigner.core.cms.CmsContainerBuilder;
import io.github.hsmsigner.pkcs11.KeySelector;
import io.github.hsmsigner.pkcs11.PinSource;
import io.github.hsmsigner.pkcs11.Pkcs11Config;
import io.github.hsmsigner.pkcs11.Pkcs11Token;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.GregorianCalendar;
import java.util.List;
import java.util.UUID;
import org.apache.pdfbox.Loader;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.common.PDRectangle;
import org.apache.pdfbox.pdmodel.interactive.digitalsignature.PDSignature;
import org.apache.pdfbox.pdmodel.interactive.digitalsignature.SignatureInterface;
import org.apache.pdfbox.pdmodel.interactive.digitalsignature.SignatureOptions;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.style.BCStyle;

/**
 * A PDF signed with PDFBox and a key in an HSM: {@link SignatureInterface} is the place for the container, and
 * {@link VisibleSignature} is what a reader sees on the first page. The document is extended and not rewritten, so signatures that
 * it has stay valid.
 *
 * <pre>{@code
 * HSM_MODULE=/usr/lib/softhsm/libsofthsm2.so HSM_TOKEN_LABEL=demo HSM_PIN=… HSM_KEY_LABEL=contracts \
 *   java -cp signer-examples.jar io.github.hsmsigner.examples.pdf.SignPdfExample document.pdf signed.pdf
 * }</pre>
 */
public final class SignPdfExample {

    private static final PDRectangle PLACE = new PDRectangle(72, 120, 260, 76);
    private static final int FIRST_PAGE = 0;

    private SignPdfExample() {}

    /**
     * Signs a PDF.
     *
     * @param args the PDF, and the signed PDF to make
     * @throws IOException if a file cannot be read or written
     */
    public static void main(String[] args) throws IOException {
        // The picture needs no screen.
        System.setProperty("java.awt.headless", "true");
        Pkcs11Config config = Pkcs11Config.builder(Path.of(System.getenv("HSM_MODULE")))
                .tokenLabel(System.getenv("HSM_TOKEN_LABEL"))
                .pin(PinSource.environment("HSM_PIN"))
                .build();
        try (Pkcs11Token token = Pkcs11Token.open(config)) {
            SigningKey key = SigningKey.open(
                    "example",
                    token.signer(KeySelector.byLabel(System.getenv("HSM_KEY_LABEL"))),
                    token.certificates(List.of()),
                    Deadline.after(Duration.ofSeconds(10)));
            SigningService service = SigningService.builder(SigningKeys.of(key), new CmsContainerBuilder())
                    .build();
            sign(service, Path.of(args[0]), Path.of(args[1]));
            System.out.println("Signed by " + signerName(service) + ": " + args[1]);
        }
    }

    private static void sign(SigningService service, Path document, Path signed) throws IOException {
        ContainerFormat format = ContainerFormat.PADES_B_B;
        DigestAlgorithm hash = DigestAlgorithm.SHA256;
        ZonedDateTime time = ZonedDateTime.now().truncatedTo(ChronoUnit.SECONDS);

        PDSignature signature = new PDSignature();
        signature.setFilter(PDSignature.FILTER_ADOBE_PPKLITE);
        signature.setSubFilter(PDSignature.SUBFILTER_ETSI_CADES_DETACHED);
        signature.setName(signerName(service));
        signature.setReason("Approved");
        // The PDF says when, as a container of this format does not.
        signature.setSignDate(GregorianCalendar.from(time));

        VisibleSignature visible = new VisibleSignature(
                List.of("Signed by " + signerName(service), DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(time)));
        // Called while the document is written, with all of it but the room for the container.
        SignatureInterface container =
                content -> service.signContainer(newRequest(), ContainerRequest.forContent(format, hash, content));
        try (PDDocument pdf = Loader.loadPDF(document.toFile());
                SignatureOptions options = new SignatureOptions();
                OutputStream out = Files.newOutputStream(signed, StandardOpenOption.CREATE_NEW)) {
            options.setPage(FIRST_PAGE);
            options.setVisualSignature(visible.template(pdf.getPage(FIRST_PAGE).getMediaBox(), PLACE));
            // The room is part of what is signed, so it must be known before there is a signature.
            options.setPreferredSignatureSize(service.maxContainerSize(newRequest(), format, hash));
            pdf.addSignature(signature, container, options);
            pdf.saveIncremental(out);
        }
    }

    private static RequestContext newRequest() {
        return RequestContext.builder(UUID.randomUUID().toString()).build();
    }

    private static String signerName(SigningService service) {
        X500Name subject = X500Name.getInstance(service.certificates(newRequest())
                .signer()
                .getSubjectX500Principal()
                .getEncoded());
        return subject.getRDNs(BCStyle.CN)[0].getFirst().getValue().toString();
    }
}
