package io.github.hsmsigner.access;

import io.github.hsmsigner.core.DistinguishedName;
import io.github.hsmsigner.core.PolicyDecision;
import io.github.hsmsigner.core.SigningAttempt;
import io.github.hsmsigner.core.SigningPolicy;
import io.github.hsmsigner.core.TransportFacts;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import java.time.Clock;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The client's certificate in TLS must be listed. Signing tokens do not count. Immutable.
 *
 * @param certificates the certificates; at least one. The first match identifies the caller
 */
public record ClientCertificateSettings(List<ListedCertificate> certificates) implements PolicySettings {

    private static final int MAX_LOGGED_SUBJECT = 400;
    private static final int HEX_DIGITS = 64;

    /**
     * Checks the list.
     *
     * @param certificates the certificates; at least one
     * @throws InvalidConfigurationException if the list is empty, or an entry can never apply
     */
    public ClientCertificateSettings {
        certificates = List.copyOf(certificates);
        if (certificates.isEmpty()) {
            throw new InvalidConfigurationException(
                    "A policy over client certificates needs at least one certificate.");
        }
        for (int i = 1; i < certificates.size(); i++) {
            ListedCertificate entry = certificates.get(i);
            if (certificates.subList(0, i).stream().anyMatch(earlier -> earlier.includes(entry))) {
                throw new InvalidConfigurationException("A client certificate of caller \"" + entry.caller()
                        + "\" is listed twice. Only the first entry can apply. An entry with an issuer must come before"
                        + " the entry with the same subject and any issuer.");
            }
        }
    }

    @Override
    public String kind() {
        return "client_certificate";
    }

    @Override
    public SigningPolicy policy(Clock clock) {
        return this::decide;
    }

    @Override
    public boolean needsSigningToken() {
        return false;
    }

    @Override
    public Optional<Set<String>> knownCallers() {
        return Optional.of(
                certificates.stream().map(ListedCertificate::caller).collect(Collectors.toUnmodifiableSet()));
    }

    /**
     * A client certificate and the caller that has its key. Names compare case and blanks, but not string types.
     *
     * @param caller the name of the caller in logs; several certificates may have the same
     * @param subject the whole subject; empty for any
     * @param issuer the whole issuer; empty for any. Requires a subject
     * @param sha256 the SHA-256 hash of the certificate in DER, in lower-case hexadecimal digits; empty for any
     */
    public record ListedCertificate(
            String caller,
            Optional<DistinguishedName> subject,
            Optional<DistinguishedName> issuer,
            Optional<String> sha256) {

        /**
         * Checks that the entry identifies a certificate.
         *
         * @param caller the name of the caller in logs
         * @param subject the whole subject; empty for any
         * @param issuer the whole issuer; empty for any
         * @param sha256 the SHA-256 hash of the certificate in DER, in lower-case hexadecimal digits; empty for any
         * @throws InvalidConfigurationException if the name is not valid, there is neither a subject nor a hash, or
         *     there is an issuer without a subject
         */
        public ListedCertificate {
            CallerName.check(caller);
            if (subject.isEmpty() && sha256.isEmpty()) {
                throw new InvalidConfigurationException("The client certificate of caller \"" + caller
                        + "\" needs a subject or a SHA-256 fingerprint.");
            }
            if (issuer.isPresent() && subject.isEmpty()) {
                throw new InvalidConfigurationException(
                        "The client certificate of caller \"" + caller + "\" has an issuer without a subject.");
            }
        }

        /**
         * {@return an entry for the subject in certificates of any trusted authority}
         *
         * @param caller the name of the caller in logs
         * @param subject the most specific part first, such as {@code CN=engine,O=Example}. Keywords are those of OpenSSL
         *     or Java, or object identifiers
         * @throws InvalidConfigurationException if the name of the caller or the subject is not valid
         */
        public static ListedCertificate withSubject(String caller, String subject) {
            return new ListedCertificate(
                    caller, Optional.of(name("subject", caller, subject)), Optional.empty(), Optional.empty());
        }

        /**
         * {@return the entry limited to one issuer, for trusted authorities that certify the same subject}
         *
         * @param name the issuer, in the form of the subject
         * @throws InvalidConfigurationException if the issuer is not valid, or the entry has no subject
         */
        public ListedCertificate withIssuer(String name) {
            return new ListedCertificate(caller, subject, Optional.of(name("issuer", caller, name)), sha256);
        }

        /**
         * {@return an entry for one certificate}
         *
         * @param caller the name of the caller in logs
         * @param fingerprint 64 hexadecimal digits; they may have colons between them
         * @throws InvalidConfigurationException if the name of the caller or the fingerprint is not valid
         */
        public static ListedCertificate withFingerprint(String caller, String fingerprint) {
            String digits = fingerprint.replace(":", "").strip().toLowerCase(Locale.ROOT);
            if (digits.length() != HEX_DIGITS || !digits.chars().allMatch(HexFormat::isHexDigit)) {
                throw new InvalidConfigurationException("The fingerprint of the client certificate of caller \""
                        + caller + "\" must be a SHA-256 hash of 64 hexadecimal digits, as openssl x509 -noout"
                        + " -fingerprint -sha256 prints it.");
            }
            return new ListedCertificate(caller, Optional.empty(), Optional.empty(), Optional.of(digits));
        }

        private static DistinguishedName name(String part, String caller, String text) {
            try {
                return DistinguishedName.parse(text);
            } catch (IllegalArgumentException e) {
                throw new InvalidConfigurationException(
                        "The " + part + " of the client certificate of caller \"" + caller
                                + "\" is not a distinguished name as openssl x509 -noout -" + part
                                + " -nameopt RFC2253 prints it. " + e.getMessage() + ".",
                        e);
            }
        }

        /** Returns whether this entry matches every certificate that the other entry matches. */
        private boolean includes(ListedCertificate other) {
            return subject.equals(other.subject)
                    && sha256.equals(other.sha256)
                    && (issuer.isEmpty() || issuer.equals(other.issuer));
        }
    }

    private PolicyDecision decide(SigningAttempt attempt) {
        Map<String, String> facts = attempt.context().transportFacts();
        String subject = facts.get(TransportFacts.CLIENT_CERTIFICATE_SUBJECT);
        String issuer = facts.get(TransportFacts.CLIENT_CERTIFICATE_ISSUER);
        String sha256 = facts.get(TransportFacts.CLIENT_CERTIFICATE_SHA256);
        if (subject == null || issuer == null || sha256 == null) {
            return PolicyDecision.deny("The client has no certificate.");
        }
        DistinguishedName name = DistinguishedName.parse(subject);
        DistinguishedName issuerName = DistinguishedName.parse(issuer);
        return certificates.stream()
                .filter(entry -> entry.subject().map(name::equals).orElse(true))
                .filter(entry -> entry.issuer().map(issuerName::equals).orElse(true))
                .filter(entry -> entry.sha256().map(sha256::equals).orElse(true))
                .findFirst()
                .map(entry -> PolicyDecision.allow(entry.caller()))
                .orElseGet(() -> PolicyDecision.deny("The client's certificate is not listed; its subject is "
                        + shortened(subject) + " and its issuer is " + shortened(issuer) + "."));
    }

    /** The text is printable, because {@link DistinguishedName#toString()} escapes it. */
    private static String shortened(String name) {
        return name.length() <= MAX_LOGGED_SUBJECT ? name : name.substring(0, MAX_LOGGED_SUBJECT) + "...";
    }
}
