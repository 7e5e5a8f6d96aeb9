package io.github.hsmsigner.core.revocation;

import io.github.hsmsigner.core.DistinguishedName;
import io.github.hsmsigner.core.error.SigningUnavailableException;
import java.net.URI;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Optional;

/**
 * The status of a certificate according to a responder or a CRL.
 *
 * @param revokedAt when it was revoked; empty if it was not
 * @param goodUntil the time of the next update
 */
record Verdict(Optional<Instant> revokedAt, Instant goodUntil) {

    /** Throws a permanent error for a revoked certificate: it stays revoked, and other sources do not change that. */
    void requireGood(X509Certificate certificate, URI source) {
        revokedAt.ifPresent(date -> {
            throw SigningUnavailableException.lasting(
                    "The certificate of \""
                            + DistinguishedName.ofSubject(certificate).toString() + "\" with serial number "
                            + certificate.getSerialNumber().toString(16) + " (hexadecimal) was revoked on " + date
                            + ", says " + source + ". Signatures need another certificate.",
                    null);
        });
    }
}
