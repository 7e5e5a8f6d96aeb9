package io.github.hsmsigner.http.check;

import io.github.hsmsigner.core.CertificateChain;
import io.github.hsmsigner.core.ChainFinding;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Looks at the certificates of a key. */
final class CertificateCheck {

    private static final Duration SOON = Duration.ofDays(30);

    private CertificateCheck() {}

    static List<Finding> of(String keyName, CertificateChain chain, Clock clock) {
        List<Finding> findings = new ArrayList<>();
        Instant now = clock.instant();
        for (ChainFinding finding : chain.inspect(now)) {
            String advice = finding.kind() == ChainFinding.Kind.INCOMPLETE
                    ? "Add its issuer to the CA certificates of the key."
                    : "Validators look at this: get another certificate.";
            findings.add(
                    finding.severity() == ChainFinding.Severity.ERROR
                            ? Finding.error("certificate", keyName, finding.sentence(), advice)
                            : Finding.warning("certificate", keyName, finding.sentence(), advice));
        }
        Instant end = chain.signer().getNotAfter().toInstant();
        if (end.isAfter(now) && end.isBefore(now.plus(SOON))) {
            findings.add(Finding.warning(
                    "certificate",
                    keyName,
                    "Expires on " + end + ", in " + Duration.between(now, end).toDays() + " days.",
                    "Renew it: the command request-certificate makes the certification request."));
        }
        if (findings.isEmpty()) {
            findings.add(Finding.ok(
                    "certificate",
                    keyName,
                    "The chain has " + chain.certificates().size() + " certificates, up to a root."));
        }
        return findings;
    }
}
