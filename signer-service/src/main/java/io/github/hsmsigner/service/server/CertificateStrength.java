package io.github.hsmsigner.service.server;

import io.github.hsmsigner.core.DistinguishedName;
import io.github.hsmsigner.core.internal.fetch.PeerSignatures;
import java.io.IOException;
import java.security.PublicKey;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertPathValidatorException.BasicReason;
import java.security.cert.Certificate;
import java.security.cert.CertificateEncodingException;
import java.security.cert.PKIXCertPathChecker;
import java.security.cert.X509Certificate;
import java.security.interfaces.DSAKey;
import java.security.interfaces.RSAKey;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;

/**
 * Refuses certificates in TLS that are signed with SHA-1 or MD5, or have an RSA or DSA key below 2048 bits (NIST SP
 * 800-131A). Java itself refuses less, and its security properties count for the whole process. Stateless and
 * thread-safe.
 */
final class CertificateStrength extends PKIXCertPathChecker {

    private static final int MIN_BITS = 2048;

    /** Returns what is weak about a certificate, as a sentence about "it" without a full stop. */
    static Optional<String> weakness(X509Certificate certificate) {
        PublicKey key = certificate.getPublicKey();
        int bits = MIN_BITS;
        if (key instanceof RSAKey rsa) {
            bits = rsa.getModulus().bitLength();
        } else if (key instanceof DSAKey dsa && dsa.getParams() != null) {
            bits = dsa.getParams().getP().bitLength();
        }
        if (bits < MIN_BITS) {
            return Optional.of("its key has " + bits + " bits, and at least " + MIN_BITS + " are required");
        }
        try {
            PeerSignatures.requireUnbroken(org.bouncycastle.asn1.x509.Certificate.getInstance(certificate.getEncoded())
                    .getSignatureAlgorithm());
            return Optional.empty();
        } catch (IOException e) {
            return Optional.of(e.getMessage());
        } catch (CertificateEncodingException e) {
            throw new IllegalArgumentException("The certificate has no encoding.", e);
        }
    }

    /** Returns a sentence about a weak certificate. */
    static Optional<String> problem(X509Certificate certificate, String where) {
        return weakness(certificate)
                .map(weakness -> "The certificate of " + DistinguishedName.ofSubject(certificate) + where
                        + " is too weak: " + weakness + ".");
    }

    @Override
    public void init(boolean forward) {
        // Each certificate is checked alone.
    }

    @Override
    public boolean isForwardCheckingSupported() {
        return true;
    }

    @Override
    public Set<String> getSupportedExtensions() {
        return Set.of();
    }

    @Override
    public void check(Certificate certificate, Collection<String> unresolvedCriticalExtensions)
            throws CertPathValidatorException {
        Optional<String> problem = problem((X509Certificate) certificate, "");
        if (problem.isPresent()) {
            throw new CertPathValidatorException(problem.get(), null, null, -1, BasicReason.ALGORITHM_CONSTRAINED);
        }
    }
}
