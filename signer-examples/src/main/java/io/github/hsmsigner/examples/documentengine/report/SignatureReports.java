package io.github.hsmsigner.examples.documentengine.report;

import eu.europa.esig.dss.diagnostic.CertificateWrapper;
import eu.europa.esig.dss.diagnostic.DiagnosticData;
import eu.europa.esig.dss.diagnostic.SignatureWrapper;
import eu.europa.esig.dss.diagnostic.TimestampWrapper;
import eu.europa.esig.dss.model.DSSException;
import eu.europa.esig.dss.model.InMemoryDocument;
import eu.europa.esig.dss.model.x509.CertificateToken;
import eu.europa.esig.dss.pades.validation.PDFDocumentValidator;
import eu.europa.esig.dss.spi.validation.CommonCertificateVerifier;
import eu.europa.esig.dss.spi.x509.CommonTrustedCertificateSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.security.cert.X509Certificate;
import java.util.Comparator;
import java.util.Date;
import java.util.List;
import org.apache.pdfbox.Loader;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.interactive.digitalsignature.PDSignature;

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
     * Looks at the signatures of a PDF.
     *
     * @param pdf the file
     * @return a report on each signature, oldest first
     * @throws IllegalArgumentException if one of them, or the PDF, cannot be read
     */
    public List<SignatureReport> of(byte[] pdf) {
        List<SignatureReport> reports;
        int expected;
        try {
            expected = signatures(pdf);
            reports = diagnose(pdf).getSignatures().stream()
                    .sorted(Comparator.comparing(SignatureReports::end))
                    .map(signature -> report(signature, pdf.length))
                    .toList();
        } catch (DSSException | IOException | UncheckedIOException e) {
            throw new IllegalArgumentException("The PDF or a signature in it cannot be read", e);
        }
        // DSS passes over what it cannot read, and such a signature must not look like none.
        if (reports.size() < expected) {
            throw new IllegalArgumentException("A signature of the PDF cannot be read");
        }
        return reports;
    }

    /** Returns how many signatures the PDF holds, timestamps of the document not counted. */
    private static int signatures(byte[] pdf) throws IOException {
        int count = 0;
        try (PDDocument document = Loader.loadPDF(pdf)) {
            for (PDSignature signature : document.getSignatureDictionaries()) {
                count += DOCUMENT_TIMESTAMP.equals(signature.getSubFilter()) ? 0 : 1;
            }
        }
        return count;
    }

    private DiagnosticData diagnose(byte[] pdf) {
        PDFDocumentValidator validator = new PDFDocumentValidator(new InMemoryDocument(pdf, "document.pdf"));
        CommonCertificateVerifier verifier = new CommonCertificateVerifier(true);
        verifier.setTrustedCertSources(trusted);
        validator.setCertificateVerifier(verifier);
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
