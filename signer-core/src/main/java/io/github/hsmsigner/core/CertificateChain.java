package io.github.hsmsigner.core;

import java.math.BigInteger;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Objects;

/**
 * A signer's certificate and its issuers, nearest first. Immutable.
 *
 * <p>Every certificate is signed by the one after it; that was verified when the chain was made. The chain ends with a
 * self-signed root, or with the last issuer that was known.
 */
public final class CertificateChain {

    private final List<X509Certificate> certificates;

    /** The hash code. A certificate would compute its own from all of its bytes at each call. */
    private final int hash;

    /** Values of the signer's certificate for each request. The JDK looks them up by name at each call. */
    private final BigInteger serialNumber;

    private final Instant notBefore;
    private final Instant notAfter;

    private CertificateChain(List<X509Certificate> certificates) {
        this.certificates = certificates;
        this.hash = certificates.hashCode();
        this.serialNumber = signer().getSerialNumber();
        this.notBefore = signer().getNotBefore().toInstant();
        this.notAfter = signer().getNotAfter().toInstant();
    }

    /**
     * Orders certificates into the chain of a signer, as {@link #of(X509Certificate, Collection, Instant)} does for now.
     *
     * @param signer the signer's certificate
     * @param candidates certificates that may belong to the chain, in any order; others are left out
     * @return the best chain
     */
    public static CertificateChain of(X509Certificate signer, Collection<X509Certificate> candidates) {
        return of(signer, candidates, Instant.now());
    }

    /**
     * Orders certificates into the chain of a signer. An issuer can have several certificates with the same key, from renewal and
     * cross-certification. The best chain ends with a root; its issuers are valid at the time; it reaches far; and its issuers are valid
     * longest, the nearest first.
     *
     * @param signer the signer's certificate
     * @param candidates certificates that may belong to the chain, in any order; others are left out
     * @param at the time at which the issuers should be valid
     * @return the best chain; the signer's certificate alone if the candidates have no issuer of it
     */
    public static CertificateChain of(X509Certificate signer, Collection<X509Certificate> candidates, Instant at) {
        return new CertificateChain(new ChainSearch(candidates, at).best(Objects.requireNonNull(signer, "signer")));
    }

    static boolean isSelfSigned(X509Certificate certificate) {
        return issued(certificate, certificate);
    }

    /**
     * Returns whether one certificate was issued by another: the issuer's name matches, and the issuer's key made the
     * signature. Does not check whether the issuer may issue certificates, nor dates. A root issued itself.
     *
     * @param issuer the certificate that may be the issuer's
     * @param certificate the certificate
     * @return {@code true} if name and signature agree
     */
    public static boolean issued(X509Certificate issuer, X509Certificate certificate) {
        return issuer.getSubjectX500Principal().equals(certificate.getIssuerX500Principal())
                && CertificateSignature.isMadeBy(issuer.getPublicKey(), certificate);
    }

    /**
     * Returns the signer's certificate.
     *
     * @return the first of the chain
     */
    public X509Certificate signer() {
        return certificates.get(0);
    }

    /**
     * Returns the issuers, nearest first.
     *
     * @return the chain without the signer's certificate; unmodifiable, possibly empty
     */
    public List<X509Certificate> issuers() {
        return certificates.subList(1, certificates.size());
    }

    /**
     * Returns all certificates.
     *
     * @return the chain, signer first; unmodifiable
     */
    public List<X509Certificate> certificates() {
        return certificates;
    }

    /**
     * Checks the chain for faults that a validator would find later, before anything is signed. Does not check whether
     * the root is trusted, or whether a certificate was revoked.
     *
     * @param at the time of the check
     * @return the faults, from the signer upwards; empty if there are none
     */
    public List<ChainFinding> inspect(Instant at) {
        return ChainInspection.inspect(this, at);
    }

    /**
     * Returns how long the signer's certificate stays valid.
     *
     * @param at the time to count from
     * @return the time until it expires; negative once it has
     */
    public Duration timeLeft(Instant at) {
        return Duration.between(at, notAfter);
    }

    /**
     * Returns whether the signer's certificate is valid at a time (RFC 5280, section 4.1.2.5).
     *
     * @param at the time
     * @return {@code true} from the first to the last second of its validity
     */
    boolean isSignerValid(Instant at) {
        return !at.isBefore(notBefore) && !at.isAfter(notAfter);
    }

    /** Returns the serial number of the signer's certificate. */
    BigInteger serialNumber() {
        return serialNumber;
    }

    static boolean isValid(X509Certificate certificate, Instant at) {
        return !at.isBefore(certificate.getNotBefore().toInstant())
                && !at.isAfter(certificate.getNotAfter().toInstant());
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof CertificateChain that && certificates.equals(that.certificates);
    }

    @Override
    public int hashCode() {
        return hash;
    }

    @Override
    public String toString() {
        return "CertificateChain"
                + certificates.stream()
                        .map(c -> DistinguishedName.ofSubject(c).toString())
                        .toList();
    }
}
