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

/**
 * Adds to a PDF what proves its signatures later: certificates, OCSP responses and lists of revoked certificates, in a DSS dictionary
 * (ISO 32000-2, 12.8.4.3). Safe for use by any number of threads at once.
 */
final class ValidationData {

    private final CommonTrustedCertificateSource trusted = new CommonTrustedCertificateSource();
    private final Timestamps timestamps;

    ValidationData(List<X509Certificate> trusted, Timestamps timestamps) {
        trusted.forEach(certificate -> this.trusted.addCertificate(new CertificateToken(certificate)));
        this.timestamps = timestamps;
    }

    byte[] addTo(byte[] pdf) {
        PAdESSignatureParameters parameters = new PAdESSignatureParameters();
        parameters.setSignatureLevel(SignatureLevel.PAdES_BASELINE_LT);
        PAdESService service = new PAdESService(verifier());
        service.setTspSource(timestamps.source());
        try {
            return DSSUtils.toByteArray(service.extendDocument(new InMemoryDocument(pdf), parameters));
        } catch (AlertException | DSSException e) {
            throw ApiException.badGateway(
                    "The data that cadesLevel b-lt wants cannot be had: each certificate below a trusted one must be "
                            + "known as good by an OCSP responder or a list that it names.",
                    e);
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
