package io.github.hsmsigner.service.check;

import io.github.hsmsigner.core.DistinguishedName;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** Compares the dates of certificates with the time of the check. */
final class Expiry {

    /** The threshold of the alert for certificates that expire soon. */
    static final Duration SOON = Duration.ofDays(30);

    private Expiry() {}

    /** Returns a sentence about a certificate that is not valid at the time; empty if it is valid. */
    static Optional<String> invalid(String what, X509Certificate certificate, Instant now) {
        Instant begin = certificate.getNotBefore().toInstant();
        Instant end = certificate.getNotAfter().toInstant();
        if (now.isBefore(begin)) {
            return Optional.of(sentence(what, certificate, "is not valid before " + begin + "."));
        }
        return now.isAfter(end)
                ? Optional.of(sentence(what, certificate, "expired on " + end + "."))
                : Optional.empty();
    }

    /** Returns a sentence about a certificate that is valid and expires soon; empty if it does not. */
    static Optional<String> soon(String what, X509Certificate certificate, Instant now) {
        Instant end = certificate.getNotAfter().toInstant();
        return end.isAfter(now) && end.isBefore(now.plus(SOON))
                ? Optional.of(sentence(
                        what,
                        certificate,
                        "expires on " + end + ", in "
                                + Duration.between(now, end).toDays() + " days."))
                : Optional.empty();
    }

    static String sentence(String what, X509Certificate certificate, String predicate) {
        return what + " of " + DistinguishedName.ofSubject(certificate).toString() + " " + predicate;
    }
}
