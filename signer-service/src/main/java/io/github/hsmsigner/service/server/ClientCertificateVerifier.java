package io.github.hsmsigner.service.server;

import java.security.GeneralSecurityException;
import java.security.cert.CertPath;
import java.security.cert.CertPathBuilder;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertStore;
import java.security.cert.CertificateException;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collections;
import java.util.Date;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import javax.net.ssl.CertPathTrustManagerParameters;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

/**
 * Verifies clients' certificates against trusted authorities. TLS verifies a chain in a handshake only. This class
 * verifies it again later, because connections and sessions can outlive certificates and the trust in an authority.
 * Immutable and thread-safe.
 */
final class ClientCertificateVerifier {

    private static final String PKIX = "PKIX";

    /** Never changed; each verification has a copy. */
    private final PKIXBuilderParameters parameters;

    /** Trusts at least one authority. */
    ClientCertificateVerifier(List<X509Certificate> authorities) throws GeneralSecurityException {
        Set<TrustAnchor> anchors = authorities.stream()
                .map(authority -> new TrustAnchor(authority, null))
                .collect(Collectors.toSet());
        this.parameters = new PKIXBuilderParameters(anchors, null);
        parameters.setRevocationEnabled(false);
        parameters.addCertPathChecker(new CertificateStrength());
    }

    /** Returns the verifiers for a handshake. */
    TrustManager[] trustManagers() throws GeneralSecurityException {
        TrustManagerFactory factory = TrustManagerFactory.getInstance(PKIX);
        factory.init(new CertPathTrustManagerParameters(copy()));
        return factory.getTrustManagers();
    }

    /**
     * Verifies the chain of a client that has proven to have the private key. The message of the exception is for the
     * client.
     *
     * @param chain the chain as the client sent it, its own certificate first
     * @return the time in which the chain is valid
     */
    Verified verify(X509Certificate[] chain, Instant now) throws CertificateException {
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
            throw new CertificateException(reason(chain, now), e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Java cannot verify certificates.", e);
        }
    }

    /** Names the certificate that has expired, if there is one. */
    private static String reason(X509Certificate[] chain, Instant now) {
        for (X509Certificate certificate : chain) {
            String name = certificate == chain[0]
                    ? "The client certificate"
                    : "The issuer's certificate in the client's chain";
            if (now.isAfter(certificate.getNotAfter().toInstant())) {
                return name + " expired on " + certificate.getNotAfter().toInstant() + ".";
            }
            if (now.isBefore(certificate.getNotBefore().toInstant())) {
                return name + " is not valid before "
                        + certificate.getNotBefore().toInstant() + ".";
            }
        }
        return "The client certificate was not issued by an authority that the service trusts.";
    }

    private PKIXBuilderParameters copy() {
        return (PKIXBuilderParameters) parameters.clone();
    }

    /** A chain that was verified, and the time from which and until which all its certificates are valid. */
    record Verified(ClientCertificateVerifier verifier, Date notBefore, Date notAfter) {

        Verified(ClientCertificateVerifier verifier, CertPath path) {
            this(
                    verifier,
                    Collections.max(times(path, X509Certificate::getNotBefore)),
                    Collections.min(times(path, X509Certificate::getNotAfter)));
        }

        private static List<Date> times(CertPath path, Function<X509Certificate, Date> time) {
            return path.getCertificates().stream()
                    .map(X509Certificate.class::cast)
                    .map(time)
                    .toList();
        }

        /** Returns whether the same authorities would accept the chain now. */
        boolean holds(ClientCertificateVerifier current, Instant now) {
            return verifier == current && !now.isBefore(notBefore.toInstant()) && !now.isAfter(notAfter.toInstant());
        }
    }
}
