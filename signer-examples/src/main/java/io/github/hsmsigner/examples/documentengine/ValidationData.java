package io.github.hsmsigner.examples.documentengine;

import eu.europa.esig.dss.alert.exception.AlertException;
import eu.europa.esig.dss.enumerations.SignatureLevel;
import eu.europa.esig.dss.model.DSSException;
import eu.europa.esig.dss.model.InMemoryDocument;
import eu.europa.esig.dss.model.x509.CertificateToken;
import eu.europa.esig.dss.pades.PAdESSignatureParameters;
import eu.europa.esig.dss.pades.signature.PAdESService;
import eu.europa.esig.dss.service.crl.OnlineCRLSource;
import eu.europa.esig.dss.service.ocsp.OnlineOCSPSource;
import eu.europa.esig.dss.spi.DSSUtils;
import eu.europa.esig.dss.spi.validation.CommonCertificateVerifier;
import eu.europa.esig.dss.spi.x509.CommonTrustedCertificateSource;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Adds the data that proves signatures later to a PDF: certificates, OCSP responses and certificate revocation lists, in a DSS dictionary
 * (ISO 32000-2, 12.8.4.3). Thread-safe.
 */
final class ValidationData {

    private static final Logger LOG = LoggerFactory.getLogger(ValidationData.class);

    private final CommonTrustedCertificateSource trusted = new CommonTrustedCertificateSource();
    private final Optional<Timestamps> timestamps;

    ValidationData(List<X509Certificate> trusted, Optional<Timestamps> timestamps) {
        trusted.forEach(certificate -> this.trusted.addCertificate(new CertificateToken(certificate)));
        this.timestamps = timestamps;
    }

    /** Returns the PDF with the data. If the data is not available, returns the PDF unchanged and notes the reason. */
    byte[] addTo(byte[] pdf, SignatureProgress progress) {
        PAdESSignatureParameters parameters = new PAdESSignatureParameters();
        parameters.setSignatureLevel(SignatureLevel.PAdES_BASELINE_LT);
        PAdESService service = new PAdESService(verifier());
        // Only signatures that were made earlier and have no timestamp need it here.
        timestamps.map(Timestamps::source).ifPresent(service::setTspSource);
        try {
            byte[] extended = DSSUtils.toByteArray(service.extendDocument(new InMemoryDocument(pdf), parameters));
            progress.reach(CadesLevel.B_LT);
            return extended;
        } catch (AlertException | DSSException e) {
            LOG.info("No validation data for level b-lt: {}", e.getMessage());
            progress.stop(
                    "revocation data is not available. Each certificate below a trusted one must name an OCSP responder or a "
                            + "certificate revocation list that can be reached and that knows the certificate as good");
            return pdf;
        }
    }

    private CommonCertificateVerifier verifier() {
        CommonCertificateVerifier verifier = new CommonCertificateVerifier();
        verifier.setTrustedCertSources(trusted);
        verifier.setOcspSource(new OnlineOCSPSource(OnlineSources.ocsp()));
        verifier.setCrlSource(new OnlineCRLSource(OnlineSources.files()));
        verifier.setCheckRevocationForUntrustedChains(true);
        return verifier;
    }
}
