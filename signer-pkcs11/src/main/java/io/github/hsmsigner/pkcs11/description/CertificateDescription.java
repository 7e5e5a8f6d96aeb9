package io.github.hsmsigner.pkcs11.description;

import java.math.BigInteger;
import java.time.Instant;
import java.util.Objects;

/**
 * An X.509 certificate on a token. Immutable.
 *
 * @param subject its subject (RFC 2253)
 * @param issuer its issuer (RFC 2253)
 * @param serialNumber its serial number
 * @param notBefore the beginning of its validity
 * @param notAfter the end of its validity
 */
public record CertificateDescription(
        String subject, String issuer, BigInteger serialNumber, Instant notBefore, Instant notAfter) {

    /**
     * Checks that nothing is missing.
     *
     * @param subject its subject (RFC 2253)
     * @param issuer its issuer (RFC 2253)
     * @param serialNumber its serial number
     * @param notBefore the beginning of its validity
     * @param notAfter the end of its validity
     */
    public CertificateDescription {
        Objects.requireNonNull(subject, "subject");
        Objects.requireNonNull(issuer, "issuer");
        Objects.requireNonNull(serialNumber, "serialNumber");
        Objects.requireNonNull(notBefore, "notBefore");
        Objects.requireNonNull(notAfter, "notAfter");
    }

    @Override
    public String toString() {
        return "\"" + subject + "\", serial " + serialNumber.toString(16) + ", issued by \"" + issuer
                + "\", valid from " + notBefore + " to " + notAfter;
    }
}
