package io.github.hsmsigner.examples.documentengine;

import eu.europa.esig.dss.diagnostic.SignatureWrapper;
import eu.europa.esig.dss.diagnostic.TimestampWrapper;
import eu.europa.esig.dss.enumerations.SignatureLevel;
import eu.europa.esig.dss.model.InMemoryDocument;
import eu.europa.esig.dss.model.x509.CertificateToken;
import eu.europa.esig.dss.pades.validation.PDFDocumentValidator;
import eu.europa.esig.dss.spi.validation.CommonCertificateVerifier;
import eu.europa.esig.dss.spi.x509.CommonTrustedCertificateSource;
import eu.europa.esig.dss.validation.SignedDocumentValidator;
import java.security.cert.X509Certificate;
import java.util.Comparator;
import java.util.List;

/** The European Commission's DSS library, without any access to the network. */
final class Dss {

    private final CommonTrustedCertificateSource trusted = new CommonTrustedCertificateSource();

    Dss(X509Certificate... roots) {
        for (X509Certificate root : roots) {
            trusted.addCertificate(new CertificateToken(root));
        }
    }

    /** What it says of a signature, and how many of its timestamps are over it, valid and trusted. */
    record Verdict(SignatureLevel format, boolean intact, boolean valid, boolean trustedChain, long goodTimestamps) {}

    /** Its verdicts, oldest signature first. */
    List<Verdict> verdicts(SignedPdf pdf) {
        return signatures(new PDFDocumentValidator(new InMemoryDocument(pdf.bytes(), "signed.pdf"))).stream()
                .sorted(Comparator.comparing(s -> s.getSignatureByteRange()
                        .get(3)
                        .add(s.getSignatureByteRange().get(2))))
                .map(Dss::verdict)
                .toList();
    }

    /** Its verdicts of a detached container and the file that it signs. */
    List<Verdict> verdicts(byte[] container, byte[] file) {
        SignedDocumentValidator validator =
                SignedDocumentValidator.fromDocument(new InMemoryDocument(container, "file.p7s"));
        validator.setDetachedContents(List.of(new InMemoryDocument(file, "file")));
        return signatures(validator).stream().map(Dss::verdict).toList();
    }

    private List<SignatureWrapper> signatures(SignedDocumentValidator validator) {
        CommonCertificateVerifier verifier = new CommonCertificateVerifier(true);
        verifier.setTrustedCertSources(trusted);
        validator.setCertificateVerifier(verifier);
        return validator.validateDocument().getDiagnosticData().getSignatures();
    }

    private static Verdict verdict(SignatureWrapper signature) {
        return new Verdict(
                signature.getSignatureFormat(),
                signature.isSignatureIntact(),
                signature.isSignatureValid(),
                signature.isTrustedChain(),
                signature.getTimestampList().stream().filter(Dss::good).count());
    }

    private static boolean good(TimestampWrapper timestamp) {
        return timestamp.isMessageImprintDataIntact()
                && timestamp.isSignatureIntact()
                && timestamp.isSignatureValid()
                && timestamp.isTrustedChain();
    }
}
