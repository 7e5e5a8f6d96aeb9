package io.github.hsmsigner.service.auth;

import io.github.hsmsigner.core.DistinguishedName;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;

/**
 * A client certificate that identifies the holder of its key as a certain caller. Immutable.
 *
 * @param caller what logs call the caller; several certificates may have the same
 * @param subject the subject of the certificate; empty for any
 * @param issuer the issuer that the certificate names; empty for any; only with a subject
 * @param sha256 the SHA-256 hash of the certificate in DER, in hexadecimal, lower case; empty for any
 */
public record ListedCertificate(
        String caller,
        Optional<DistinguishedName> subject,
        Optional<DistinguishedName> issuer,
        Optional<String> sha256) {

    private static final int HEX_DIGITS = 64;

    /**
     * Checks that the entry identifies the certificate.
     *
     * @param caller what logs call the caller; several certificates may have the same
     * @param subject the subject of the certificate; empty for any
     * @param issuer the issuer that the certificate names; empty for any; only with a subject
     * @param sha256 the SHA-256 hash of the certificate in DER, in hexadecimal, lower case; empty for any
     * @throws InvalidConfigurationException if there is neither subject nor hash, an issuer without a subject, or the
     *     name of the caller is not printable or too long
     */
    public ListedCertificate {
        CallerName.check(caller);
        if (subject.isEmpty() && sha256.isEmpty()) {
            throw new InvalidConfigurationException(
                    "The client certificate of caller \"" + caller + "\" needs a subject or a SHA-256 fingerprint.");
        }
        if (issuer.isPresent() && subject.isEmpty()) {
            throw new InvalidConfigurationException(
                    "The client certificate of caller \"" + caller + "\" has an issuer without a subject.");
        }
    }

    /**
     * Returns an entry for a certificate with a subject, issued by any of the trusted authorities.
     *
     * @param caller the name of the caller in logs
     * @param subject the whole subject, the most specific part first, such as {@code CN=engine,O=Example}. Keywords are
     *     those of OpenSSL or Java, or object identifiers. Case and blanks within values are compared, string types are
     *     not
     * @return the entry
     * @throws InvalidConfigurationException if that is not a distinguished name
     */
    public static ListedCertificate withSubject(String caller, String subject) {
        return new ListedCertificate(
                caller, Optional.of(name("subject", caller, subject)), Optional.empty(), Optional.empty());
    }

    /**
     * Returns the same entry, limited to one issuer. The issuer distinguishes certificates with the same subject if
     * several authorities are trusted.
     *
     * @param name the whole name of the issuer in the certificate, in the form of a subject; compared in the same way
     * @return the entry
     * @throws InvalidConfigurationException if that is not a distinguished name, or the entry has no subject
     */
    public ListedCertificate withIssuer(String name) {
        return new ListedCertificate(caller, subject, Optional.of(name("issuer", caller, name)), sha256);
    }

    private static DistinguishedName name(String what, String caller, String text) {
        try {
            return DistinguishedName.parse(text);
        } catch (IllegalArgumentException e) {
            throw new InvalidConfigurationException(
                    "The " + what + " of the client certificate of caller \"" + caller
                            + "\" is not a distinguished name as openssl x509 -noout -" + what
                            + " -nameopt RFC2253 prints it. " + e.getMessage() + ".",
                    e);
        }
    }

    /** Returns whether every certificate of another entry is one of this entry. */
    boolean includes(ListedCertificate other) {
        return subject.equals(other.subject)
                && sha256.equals(other.sha256)
                && (issuer.isEmpty() || issuer.equals(other.issuer));
    }

    /**
     * One certificate.
     *
     * @param caller what logs call the caller
     * @param fingerprint the SHA-256 hash of the certificate in DER: 64 hexadecimal digits, colons between them do not
     *     count
     * @return the entry
     * @throws InvalidConfigurationException if that is not such a hash
     */
    public static ListedCertificate withFingerprint(String caller, String fingerprint) {
        String digits = fingerprint.replace(":", "").strip().toLowerCase(Locale.ROOT);
        if (digits.length() != HEX_DIGITS || !digits.chars().allMatch(HexFormat::isHexDigit)) {
            throw new InvalidConfigurationException("The fingerprint of the client certificate of caller \"" + caller
                    + "\" must be a SHA-256 hash of 64 hexadecimal digits, as openssl x509 -noout -fingerprint -sha256"
                    + " prints it.");
        }
        return new ListedCertificate(caller, Optional.empty(), Optional.empty(), Optional.of(digits));
    }
}
