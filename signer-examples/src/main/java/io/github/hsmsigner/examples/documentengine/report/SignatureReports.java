package io.github.hsmsigner.examples.documentengine.report;

import eu.europa.esig.dss.diagnostic.CertificateWrapper;
import eu.europa.esig.dss.diagnostic.DiagnosticData;
import eu.europa.esig.dss.diagnostic.SignatureWrapper;
import eu.europa.esig.dss.diagnostic.TimestampWrapper;
import eu.europa.esig.dss.model.InMemoryDocument;
import eu.europa.esig.dss.model.x509.CertificateToken;
import eu.europa.esig.dss.pades.validation.PDFDocumentValidator;
import eu.europa.esig.dss.pdf.modifications.DefaultPdfDifferencesFinder;
import eu.europa.esig.dss.pdf.pdfbox.PdfBoxDefaultObjectFactory;
import eu.europa.esig.dss.spi.validation.CommonCertificateVerifier;
import eu.europa.esig.dss.spi.x509.CommonTrustedCertificateSource;
import java.io.IOException;
import java.math.BigInteger;
import java.security.cert.X509Certificate;
import java.util.Comparator;
import java.util.Date;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.pdfbox.Loader;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.interactive.digitalsignature.PDSignature;
import org.apache.pdfbox.pdmodel.interactive.form.PDSignatureField;

/** Makes reports on the signatures of PDFs, without any access to the network. Thread-safe. */
public final class SignatureReports {

    private static final String DOCUMENT_TIMESTAMP = "ETSI.RFC3161";

    private final CommonTrustedCertificateSource trusted = new CommonTrustedCertificateSource();
    private final boolean judgesTrust;

    /**
     * Sets what is trusted.
     *
     * @param trusted certificates, of roots as a rule; none means that nothing is said of trust
     */
    public SignatureReports(List<X509Certificate> trusted) {
        trusted.forEach(certificate -> this.trusted.addCertificate(new CertificateToken(certificate)));
        this.judgesTrust = !trusted.isEmpty();
    }

    /**
     * Verifies the signatures of a PDF.
     *
     * @param pdf the file
     * @return a report on each signature that cannot be read; then the others, oldest first
     * @throws IllegalArgumentException if the PDF cannot be read
     */
    public List<SignatureReport> of(byte[] pdf) {
        try {
            Set<String> unread = fields(pdf);
            List<SignatureWrapper> signatures = diagnose(pdf).getSignatures();
            // DSS skips a signature that it cannot read, and the report must not hide it.
            signatures.forEach(signature -> unread.removeAll(signature.getSignatureFieldNames()));
            return Stream.concat(
                            unread.stream().map(SignatureReport::unreadable),
                            signatures.stream()
                                    .sorted(Comparator.comparing(SignatureReports::end))
                                    .map(signature -> report(signature, pdf.length)))
                    .toList();
        } catch (IOException | RuntimeException e) {
            throw new IllegalArgumentException("The PDF cannot be read", e);
        }
    }

    /** Returns the names of the signed fields, without timestamps of the document. */
    private static Set<String> fields(byte[] pdf) throws IOException {
        Set<String> names = new LinkedHashSet<>();
        try (PDDocument document = Loader.loadPDF(pdf)) {
            for (PDSignatureField field : document.getSignatureFields()) {
                PDSignature signature = field.getSignature();
                if (signature != null && !DOCUMENT_TIMESTAMP.equals(signature.getSubFilter())) {
                    names.add(field.getFullyQualifiedName());
                }
            }
        }
        return names;
    }

    private DiagnosticData diagnose(byte[] pdf) {
        PDFDocumentValidator validator = new PDFDocumentValidator(new InMemoryDocument(pdf, "document.pdf"));
        CommonCertificateVerifier verifier = new CommonCertificateVerifier(true);
        verifier.setTrustedCertSources(trusted);
        validator.setCertificateVerifier(verifier);
        // The report has the changed objects, so DSS need not draw and compare the pages.
        DefaultPdfDifferencesFinder differences = new DefaultPdfDifferencesFinder();
        differences.setMaximalPagesAmountForVisualComparison(0);
        PdfBoxDefaultObjectFactory pdfBox = new PdfBoxDefaultObjectFactory();
        pdfBox.setPdfDifferencesFinder(differences);
        validator.setPdfObjFactory(pdfBox);
        return validator.validateDocument().getDiagnosticData();
    }

    private SignatureReport report(SignatureWrapper signature, int size) {
        CertificateWrapper certificate = signature.getSigningCertificate();
        Coverage coverage = Coverage.of(signature, end(signature).equals(BigInteger.valueOf(size)));
        String problem = problem(signature, certificate, coverage);
        return new SignatureReport(
                signature.getFirstFieldName() == null ? "" : signature.getFirstFieldName(),
                problem.isEmpty(),
                problem.isEmpty() ? "The signature is valid." : problem,
                certificate == null ? "" : name(certificate),
                certificate == null || certificate.getSigningCertificate() == null
                        ? ""
                        : name(certificate.getSigningCertificate()),
                time(signature.getClaimedSigningTime()),
                signature.getTimestampList().stream()
                        .map(SignatureReports::words)
                        .toList(),
                coverage.words(),
                "CMS, " + signature.getPDFRevision().getSubFilter(),
                signature.getSignatureFormat().toString().replace('_', '-'),
                signature.getEncryptionAlgorithm() + " with " + signature.getDigestAlgorithm(),
                trust(signature));
    }

    private static String problem(SignatureWrapper signature, CertificateWrapper certificate, Coverage coverage) {
        if (certificate == null) {
            return "The signature does not say whose it is.";
        }
        if (!signature.isSignatureIntact()) {
            return "The document or the signature was changed after signing.";
        }
        if (!signature.isSignatureValid()) {
            return "The signature is not made by the key of its certificate.";
        }
        if (!coverage.allowed()) {
            return "The document was changed after signing.";
        }
        if (signature.getTimestampList().stream().anyMatch(timestamp -> !intact(timestamp))) {
            return "A timestamp of the signature is not over it.";
        }
        return "";
    }

    private String trust(SignatureWrapper signature) {
        if (!judgesTrust) {
            return "Not judged: no trusted certificates are set.";
        }
        return signature.isTrustedChain()
                ? "The certificate leads to a trusted one."
                : "The certificate does not lead to a trusted one.";
    }

    private static boolean intact(TimestampWrapper timestamp) {
        return timestamp.isMessageImprintDataIntact() && timestamp.isSignatureValid();
    }

    private static String words(TimestampWrapper timestamp) {
        CertificateWrapper authority = timestamp.getSigningCertificate();
        return time(timestamp.getProductionTime()) + (authority == null ? "" : ", " + name(authority));
    }

    private static String name(CertificateWrapper certificate) {
        return certificate.getCommonName() == null ? certificate.getCertificateDN() : certificate.getCommonName();
    }

    private static String time(Date time) {
        return time == null ? "" : time.toInstant().toString();
    }

    private static BigInteger end(SignatureWrapper signature) {
        List<BigInteger> range = signature.getSignatureByteRange();
        return range.get(2).add(range.get(3));
    }
}
