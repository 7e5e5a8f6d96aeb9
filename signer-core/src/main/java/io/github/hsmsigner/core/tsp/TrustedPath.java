package io.github.hsmsigner.core.tsp;

import java.security.GeneralSecurityException;
import java.security.cert.CertPathBuilder;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertStore;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Date;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Certification paths (RFC 5280, section 6). Revocation is for those who verify the document. */
final class TrustedPath {

    private TrustedPath() {}

    static boolean exists(
            X509Certificate certificate,
            Collection<X509Certificate> intermediates,
            Collection<X509Certificate> trusted,
            Date time)
            throws GeneralSecurityException {
        X509CertSelector target = new X509CertSelector();
        target.setCertificate(certificate);
        Set<TrustAnchor> anchors = trusted.stream()
                .filter(TrustedPath::mayIssue)
                .map(t -> new TrustAnchor(t, null))
                .collect(Collectors.toSet());
        if (anchors.isEmpty()) {
            return false;
        }
        PKIXBuilderParameters parameters = new PKIXBuilderParameters(anchors, target);
        List<X509Certificate> known = new ArrayList<>(intermediates);
        known.add(certificate);
        parameters.addCertStore(CertStore.getInstance("Collection", new CollectionCertStoreParameters(known)));
        parameters.setRevocationEnabled(false);
        parameters.setDate(time);
        try {
            CertPathBuilder.getInstance("PKIX").build(parameters);
            return true;
        } catch (CertPathBuilderException e) {
            return false;
        }
    }

    /** PKIX takes any anchor as an issuer; a trusted certificate of a signer is not meant as one. */
    private static boolean mayIssue(X509Certificate certificate) {
        return certificate.getBasicConstraints() >= 0;
    }
}
