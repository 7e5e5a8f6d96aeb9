package io.github.hsmsigner.examples.pdf;

import io.github.hsmsigner.core.certificate.CertificateFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import org.apache.pdfbox.Loader;
import org.apache.pdfbox.pdmodel.PDDocument;

/**
 * Checks the signatures of a PDF with PDFBox and BouncyCastle. Prints the signer, the time and the covered bytes of
 * each, and whether the document was changed since.
 *
 * <p>A signature is valid if it is over the bytes that it claims, its certificate's key made it, and that certificate
 * leads to a trusted root. The example does not check revocation. It also does not check whether later additions to a
 * document change what a reader sees. It reports such a document as extended, and leaves the decision to people. It
 * ignores timestamps over the whole document (PAdES-B-LTA). EU DSS does all of this.
 *
 * <pre>{@code
 * java -cp signer-examples.jar io.github.hsmsigner.examples.pdf.VerifyPdfExample signed.pdf root.pem
 * }</pre>
 */
public final class VerifyPdfExample {

    private static final int NOT_VALID = 1;
    private static final String DOCUMENT_TIMESTAMP = "ETSI.RFC3161";

    private VerifyPdfExample() {}

    /**
     * Prints the report of each signature, oldest first. The process ends with 1 if a signature is not valid or there
     * is none.
     *
     * @param args the PDF, and a file with the trusted roots
     * @throws IOException if a file cannot be read
     */
    public static void main(String[] args) throws IOException {
        byte[] file = Files.readAllBytes(Path.of(args[0]));
        TrustedRoots roots = new TrustedRoots(CertificateFiles.read(Path.of(args[1])));
        List<SignatureReport> reports;
        try (PDDocument pdf = Loader.loadPDF(file)) {
            reports = pdf.getSignatureDictionaries().stream()
                    .filter(signature -> !DOCUMENT_TIMESTAMP.equals(signature.getSubFilter()))
                    .map(signature -> SignatureReport.of(signature, file, roots))
                    .sorted(Comparator.comparing(SignatureReport::coveredLength))
                    .toList();
        }
        for (int i = 0; i < reports.size(); i++) {
            System.out.println("Signature " + (i + 1) + " of " + reports.size() + ": "
                    + reports.get(i).text());
        }
        if (reports.isEmpty()) {
            System.out.println("There is no signature.");
        }
        if (reports.isEmpty() || !reports.stream().allMatch(SignatureReport::valid)) {
            System.exit(NOT_VALID);
        }
    }
}
