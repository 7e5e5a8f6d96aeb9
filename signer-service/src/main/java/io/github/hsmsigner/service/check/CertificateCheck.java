package io.github.hsmsigner.service.check;

import io.github.hsmsigner.core.CertificateChain;
import io.github.hsmsigner.core.ChainFinding;
import io.github.hsmsigner.core.DistinguishedName;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** Checks the certificates of a key, and the dates of certificates. */
final class CertificateCheck {

    /** The threshold of the alert for certificates that expire soon. */
    private static final Duration SOON = Duration.ofDays(30);

    private static final String AUTHORITY = "The authority certificate";

    private CertificateCheck() {}

    static void run(CertificateChain chain, Instant now, CheckReport.Collector findings) {
        boolean sound = true;
        for (ChainFinding finding : chain.inspect(now)) {
            sound = false;
            String advice = finding.kind() == ChainFinding.Kind.INCOMPLETE
                    ? "Add its issuer to the CA certificates of the key."
                    : "Validators check this. Get another certificate.";
            if (finding.severity() == ChainFinding.Severity.ERROR) {
                findings.error(finding.sentence(), advice);
            } else {
                findings.warning(finding.sentence(), advice);
            }
        }
        if (sound) {
            findings.ok("The chain has " + chain.certificates().size() + " certificates, up to a root.");
        }
        expiresSoon("The certificate", chain.signer(), now)
                .ifPresent(sentence -> findings.warning(
                        sentence, "Renew it: the command request-certificate makes the certification request."));
        for (X509Certificate issuer : chain.issuers()) {
            authorityExpires(issuer, chain.signer(), now)
                    .ifPresent(sentence -> findings.warning(
                            sentence,
                            "Ask the authority for its next certificate: validators refuse signatures once this one has"
                                    + " expired, unless they have a timestamp."));
        }
    }

    private static Optional<String> authorityExpires(X509Certificate authority, X509Certificate signer, Instant now) {
        Optional<String> soon = expiresSoon(AUTHORITY, authority, now);
        boolean expired = invalid(AUTHORITY, authority, now).isPresent();
        if (soon.isPresent() || expired || !authority.getNotAfter().before(signer.getNotAfter())) {
            return soon;
        }
        return Optional.of(sentence(
                AUTHORITY,
                authority,
                "expires on " + authority.getNotAfter().toInstant() + ", before the certificate of the key ("
                        + signer.getNotAfter().toInstant() + ")."));
    }

    /** Returns a sentence about a certificate that is not valid at the time; empty if it is valid. */
    static Optional<String> invalid(String subject, X509Certificate certificate, Instant now) {
        Instant begin = certificate.getNotBefore().toInstant();
        Instant end = certificate.getNotAfter().toInstant();
        if (now.isBefore(begin)) {
            return Optional.of(sentence(subject, certificate, "is not valid before " + begin + "."));
        }
        return now.isAfter(end)
                ? Optional.of(sentence(subject, certificate, "expired on " + end + "."))
                : Optional.empty();
    }

    /** Returns a sentence about a certificate that is valid and expires soon; empty if it does not. */
    static Optional<String> expiresSoon(String subject, X509Certificate certificate, Instant now) {
        Instant end = certificate.getNotAfter().toInstant();
        String time = "expires on " + end + ", in " + Duration.between(now, end).toDays() + " days.";
        return end.isAfter(now) && end.isBefore(now.plus(SOON))
                ? Optional.of(sentence(subject, certificate, time))
                : Optional.empty();
    }

    static String sentence(String subject, X509Certificate certificate, String predicate) {
        return subject + " of " + DistinguishedName.ofSubject(certificate) + " " + predicate;
    }
}
