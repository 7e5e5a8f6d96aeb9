package io.github.hsmsigner.examples.pdf;

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
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.util.Store;

/** The certificates that are trusted, and whether a certificate leads to one of them (RFC 5280, section 6), revocation apart. Immutable. */
final class TrustedRoots {

    private final Set<TrustAnchor> anchors;

    TrustedRoots(Collection<X509Certificate> roots) {
        anchors = roots.stream().map(root -> new TrustAnchor(root, null)).collect(Collectors.toUnmodifiableSet());
    }

    /**
     * Returns whether a certificate leads to a trusted one at a time, or is one, by way of certificates in the
     * signature.
     */
    boolean trust(X509CertificateHolder certificate, Store<X509CertificateHolder> others, Date at)
            throws GeneralSecurityException {
        JcaX509CertificateConverter converter = new JcaX509CertificateConverter();
        List<X509Certificate> pool = new ArrayList<>();
        for (X509CertificateHolder other : others.getMatches(null)) {
            pool.add(converter.getCertificate(other));
        }
        X509Certificate end = converter.getCertificate(certificate);
        pool.add(end);
        if (anchors.stream().anyMatch(anchor -> anchor.getTrustedCert().equals(end))) {
            return !at.before(end.getNotBefore()) && !at.after(end.getNotAfter());
        }
        X509CertSelector target = new X509CertSelector();
        target.setCertificate(end);
        PKIXBuilderParameters parameters = new PKIXBuilderParameters(anchors, target);
        parameters.addCertStore(CertStore.getInstance("Collection", new CollectionCertStoreParameters(pool)));
        parameters.setRevocationEnabled(false);
        parameters.setDate(at);
        try {
            CertPathBuilder.getInstance("PKIX").build(parameters);
            return true;
        } catch (CertPathBuilderException e) {
            return false;
        }
    }
}
