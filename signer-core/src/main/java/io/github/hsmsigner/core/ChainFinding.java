package io.github.hsmsigner.core;

import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * One thing that is wrong with a certificate chain at a given time, as {@link CertificateChain#inspect} finds it. Immutable.
 *
 * @param kind what is wrong
 * @param severity how much it matters
 * @param subject the subject of the certificate that it is wrong with
 * @param date the date that matters: of expiry, or of the beginning; empty where none does
 * @param sentence what is wrong, for the operator, with subject and date
 */
public record ChainFinding(Kind kind, Severity severity, String subject, Optional<Instant> date, String sentence) {

    /**
     * Checks that nothing is missing.
     *
     * @param kind what is wrong
     * @param severity how much it matters
     * @param subject the subject of the certificate that it is wrong with
     * @param date the date that matters: of expiry, or of the beginning; empty where none does
     * @param sentence what is wrong, for the operator, with subject and date
     */
    public ChainFinding {
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(severity, "severity");
        Objects.requireNonNull(subject, "subject");
        Objects.requireNonNull(date, "date");
        Objects.requireNonNull(sentence, "sentence");
    }

    /** The severity of a finding. */
    public enum Severity {
        /** Validators will refuse signatures. */
        ERROR,
        /** Signatures may be valid for validators that know more certificates than the chain has. */
        WARNING
    }

    /** The kinds of faults in a chain. */
    public enum Kind {
        /** The signer's certificate is past its end. */
        SIGNER_EXPIRED,
        /** The signer's certificate is before its beginning. */
        SIGNER_NOT_YET_VALID,
        /** The signer's certificate is for neither digital signatures nor non-repudiation. */
        SIGNER_NOT_FOR_SIGNATURES,
        /** An issuer's certificate is past its end. */
        ISSUER_EXPIRED,
        /** An issuer's certificate is before its beginning. */
        ISSUER_NOT_YET_VALID,
        /** An issuer's certificate is not that of a certification authority. */
        ISSUER_NO_AUTHORITY,
        /** The chain ends before a self-signed root. */
        INCOMPLETE;

        /**
         * Returns whether this finding is that the signer's certificate is not valid at the time.
         *
         * @return {@code true} for an expired certificate, and for one that is not valid yet
         */
        public boolean isSignerValidity() {
            return this == SIGNER_EXPIRED || this == SIGNER_NOT_YET_VALID;
        }
    }
}
