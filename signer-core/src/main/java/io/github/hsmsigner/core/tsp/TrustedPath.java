package io.github.hsmsigner.core.tsp;

import java.io.ByteArrayInputStream;
import java.security.GeneralSecurityException;
import java.security.Provider;
import java.security.cert.CertPathBuilder;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertStore;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Date;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.bouncycastle.jce.provider.BouncyCastleProvider;

/**
 * Certification paths (RFC 5280, section 6). BouncyCastle verifies them, because the Java runtime does not have all
 * curves that authorities use. If it finds none, the Java runtime tries too. BouncyCastle encodes certificates again
 * before it verifies their signatures, so it accepts none whose name has an RDN out of order. Verifiers of the document
 * check revocation.
 */
final class TrustedPath {

    private TrustedPath() {}

    static boolean exists(
            X509Certificate certificate,
            Collection<X509Certificate> intermediates,
            Collection<X509Certificate> trusted,
            Date time)
            throws GeneralSecurityException {
        // Not registered. It verifies with its own algorithms if the certificates are its own objects.
        Provider provider = new BouncyCastleProvider();
        return exists(
                        CertificateFactory.getInstance("X.509", provider),
                        CertPathBuilder.getInstance("PKIX", provider),
                        certificate,
                        intermediates,
                        trusted,
                        time)
                || existsForRuntime(certificate, intermediates, trusted, time);
    }

    private static boolean existsForRuntime(
            X509Certificate certificate,
            Collection<X509Certificate> intermediates,
            Collection<X509Certificate> trusted,
            Date time)
            throws GeneralSecurityException {
        try {
            return exists(
                    CertificateFactory.getInstance("X.509"),
                    CertPathBuilder.getInstance("PKIX"),
                    certificate,
                    intermediates,
                    trusted,
                    time);
        } catch (CertificateException e) {
            // The runtime cannot read each key that BouncyCastle can.
            return false;
        }
    }

    private static boolean exists(
            CertificateFactory factory,
            CertPathBuilder builder,
            X509Certificate certificate,
            Collection<X509Certificate> intermediates,
            Collection<X509Certificate> trusted,
            Date time)
            throws GeneralSecurityException {
        X509CertSelector target = new X509CertSelector();
        target.setCertificate(own(factory, certificate));
        Set<TrustAnchor> anchors = new HashSet<>();
        for (X509Certificate anchor : trusted) {
            if (mayIssue(anchor)) {
                anchors.add(new TrustAnchor(own(factory, anchor), null));
            }
        }
        if (anchors.isEmpty()) {
            return false;
        }
        PKIXBuilderParameters parameters = new PKIXBuilderParameters(anchors, target);
        List<X509Certificate> known = new ArrayList<>();
        for (X509Certificate intermediate : intermediates) {
            known.add(own(factory, intermediate));
        }
        known.add(own(factory, certificate));
        parameters.addCertStore(CertStore.getInstance("Collection", new CollectionCertStoreParameters(known)));
        parameters.setRevocationEnabled(false);
        parameters.setDate(time);
        try {
            builder.build(parameters);
            return true;
        } catch (CertPathBuilderException e) {
            return false;
        }
    }

    private static X509Certificate own(CertificateFactory factory, X509Certificate certificate)
            throws CertificateException {
        return (X509Certificate) factory.generateCertificate(new ByteArrayInputStream(certificate.getEncoded()));
    }

    /** PKIX takes any anchor as an issuer; a trusted certificate of a signer is not meant as one. */
    private static boolean mayIssue(X509Certificate certificate) {
        return certificate.getBasicConstraints() >= 0;
    }
}
