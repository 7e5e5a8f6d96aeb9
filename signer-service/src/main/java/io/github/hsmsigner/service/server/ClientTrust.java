package io.github.hsmsigner.service.server;

import java.security.GeneralSecurityException;
import java.security.cert.CertPath;
import java.security.cert.CertPathBuilder;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertStore;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import javax.net.ssl.CertPathTrustManagerParameters;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

/**
 * The authorities that clients' certificates are trusted from. TLS verifies a chain in a handshake only. This class
 * verifies it again later, because connections and sessions can outlive certificates and the trust in an authority.
 * Immutable and thread-safe.
 */
final class ClientTrust {

    private static final String PKIX = "PKIX";

    /** Never changed; each verification has a copy. */
    private final PKIXBuilderParameters parameters;

    /**
     * Trusts authorities.
     *
     * @param authorities their certificates; at least one
     */
    ClientTrust(List<X509Certificate> authorities) throws GeneralSecurityException {
        Set<TrustAnchor> anchors = authorities.stream()
                .map(authority -> new TrustAnchor(authority, null))
                .collect(Collectors.toSet());
        this.parameters = new PKIXBuilderParameters(anchors, null);
        parameters.setRevocationEnabled(false);
        parameters.addCertPathChecker(new CertificateStrength());
    }

    /** Returns what verifies clients' certificates in a handshake. */
    TrustManager[] trustManagers() throws GeneralSecurityException {
        TrustManagerFactory factory = TrustManagerFactory.getInstance(PKIX);
        factory.init(new CertPathTrustManagerParameters(copy()));
        return factory.getTrustManagers();
    }

    /**
     * Verifies the chain of a client that has proven to have the private key.
     *
     * @param chain what the client sent, its own certificate first
     * @return the time in which the chain is valid
     * @throws UntrustedClientException if it is not valid now, or comes from no trusted authority
     */
    Verified verify(X509Certificate[] chain, Instant now) throws UntrustedClientException {
        try {
            PKIXBuilderParameters request = copy();
            X509CertSelector client = new X509CertSelector();
            client.setCertificate(chain[0]);
            request.setTargetCertConstraints(client);
            request.setDate(Date.from(now));
            request.addCertStore(
                    CertStore.getInstance("Collection", new CollectionCertStoreParameters(Arrays.asList(chain))));
            return new Verified(
                    this, CertPathBuilder.getInstance(PKIX).build(request).getCertPath());
        } catch (CertPathBuilderException e) {
            throw UntrustedClientException.of(chain, now, e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Java cannot verify certificates.", e);
        }
    }

    private PKIXBuilderParameters copy() {
        return (PKIXBuilderParameters) parameters.clone();
    }

    /**
     * A chain that was verified.
     *
     * @param trust what verified it
     * @param notBefore when its last certificate begins to be valid
     * @param notAfter when its first certificate expires
     */
    record Verified(ClientTrust trust, Instant notBefore, Instant notAfter) {

        Verified(ClientTrust trust, CertPath path) {
            this(
                    trust,
                    certificates(path).stream()
                            .map(certificate -> certificate.getNotBefore().toInstant())
                            .max(Instant::compareTo)
                            .orElseThrow(),
                    certificates(path).stream()
                            .map(certificate -> certificate.getNotAfter().toInstant())
                            .min(Instant::compareTo)
                            .orElseThrow());
        }

        private static List<X509Certificate> certificates(CertPath path) {
            return path.getCertificates().stream()
                    .map(X509Certificate.class::cast)
                    .toList();
        }

        /** Returns whether the same authorities would accept the chain now. */
        boolean holds(ClientTrust current, Instant now) {
            return trust == current && !now.isBefore(notBefore) && !now.isAfter(notAfter);
        }
    }
}
