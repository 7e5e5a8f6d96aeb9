package io.github.hsmsigner.service.check;

import io.github.hsmsigner.core.CertificateChain;
import io.github.hsmsigner.core.ChainFinding;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Checks the certificates of a key. */
final class CertificateCheck {

    private static final String AREA = "certificate";
    private static final String AUTHORITY = "The authority certificate";

    private CertificateCheck() {}

    static List<Finding> of(String keyName, CertificateChain chain, Clock clock) {
        List<Finding> findings = new ArrayList<>();
        Instant now = clock.instant();
        for (ChainFinding finding : chain.inspect(now)) {
            String advice = finding.kind() == ChainFinding.Kind.INCOMPLETE
                    ? "Add its issuer to the CA certificates of the key."
                    : "Validators check this. Get another certificate.";
            findings.add(
                    finding.severity() == ChainFinding.Severity.ERROR
                            ? Finding.error(AREA, keyName, finding.sentence(), advice)
                            : Finding.warning(AREA, keyName, finding.sentence(), advice));
        }
        if (findings.isEmpty()) {
            findings.add(Finding.ok(
                    AREA, keyName, "The chain has " + chain.certificates().size() + " certificates, up to a root."));
        }
        Expiry.soon("The certificate", chain.signer(), now)
                .ifPresent(sentence -> findings.add(Finding.warning(
                        AREA,
                        keyName,
                        sentence,
                        "Renew it: the command request-certificate makes the certification request.")));
        chain.issuers()
                .forEach(issuer -> authority(issuer, chain.signer(), now)
                        .ifPresent(sentence -> findings.add(Finding.warning(
                                AREA,
                                keyName,
                                sentence,
                                "Ask the authority for its next certificate: validators refuse signatures once this one has"
                                        + " expired, unless they have a timestamp."))));
        return findings;
    }

    private static Optional<String> authority(X509Certificate authority, X509Certificate signer, Instant now) {
        Optional<String> soon = Expiry.soon(AUTHORITY, authority, now);
        boolean expired = Expiry.invalid(AUTHORITY, authority, now).isPresent();
        if (soon.isPresent() || expired || !authority.getNotAfter().before(signer.getNotAfter())) {
            return soon;
        }
        return Optional.of(Expiry.sentence(
                AUTHORITY,
                authority,
                "expires on " + authority.getNotAfter().toInstant() + ", before the certificate of the key ("
                        + signer.getNotAfter().toInstant() + ")."));
    }
}
