package io.github.hsmsigner.http.auth;

import io.github.hsmsigner.core.DistinguishedName;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;

/**
 * A client certificate that makes whoever has its key a certain caller. Immutable.
 *
 * @param caller what logs call the caller; several certificates may have the same
 * @param subject the subject of the certificate; empty for any
 * @param sha256 the SHA-256 hash of the certificate in DER, in hexadecimal, lower case; empty for any
 */
public record ListedCertificate(String caller, Optional<DistinguishedName> subject, Optional<String> sha256) {

    private static final int HEX_DIGITS = 64;

    /**
     * Checks that something tells the certificate from others.
     *
     * @param caller what logs call the caller; several certificates may have the same
     * @param subject the subject of the certificate; empty for any
     * @param sha256 the SHA-256 hash of the certificate in DER, in hexadecimal, lower case; empty for any
     * @throws InvalidConfigurationException if there is neither subject nor hash, or the name of the caller is not printable or too
     *     long
     */
    public ListedCertificate {
        CallerName.check(caller);
        if (subject.isEmpty() && sha256.isEmpty()) {
            throw new InvalidConfigurationException(
                    "The client certificate of caller \"" + caller + "\" needs a subject or a SHA-256 fingerprint.");
        }
    }

    /**
     * A certificate with a subject, whoever of the trusted authorities issued it.
     *
     * @param caller what logs call the caller
     * @param subject the whole subject, the most specific part first, such as {@code CN=engine,O=Example}, with the keywords of
     *     OpenSSL or Java or object identifiers; case and blanks within values count, string types do not
     * @return the entry
     * @throws InvalidConfigurationException if that is not a distinguished name
     */
    public static ListedCertificate withSubject(String caller, String subject) {
        try {
            return new ListedCertificate(caller, Optional.of(DistinguishedName.parse(subject)), Optional.empty());
        } catch (IllegalArgumentException e) {
            throw new InvalidConfigurationException(
                    "The subject of the client certificate of caller \"" + caller
                            + "\" is not a distinguished name as openssl x509 -noout -subject -nameopt RFC2253 prints it. "
                            + e.getMessage() + ".",
                    e);
        }
    }

    /**
     * One certificate.
     *
     * @param caller what logs call the caller
     * @param fingerprint the SHA-256 hash of the certificate in DER: 64 hexadecimal digits, colons between them do not count
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
        return new ListedCertificate(caller, Optional.empty(), Optional.of(digits));
    }
}
