package io.github.hsmsigner.service.auth;

import io.github.hsmsigner.core.DistinguishedName;
import io.github.hsmsigner.core.PolicyDecision;
import io.github.hsmsigner.core.SigningAttempt;
import io.github.hsmsigner.core.SigningPolicy;
import io.github.hsmsigner.core.TransportFacts;
import java.util.List;
import java.util.Map;

/** The client authenticated in TLS with a listed certificate. */
final class ClientCertificatePolicy implements SigningPolicy {

    private static final int MAX_LOGGED_SUBJECT = 400;

    private final List<ListedCertificate> certificates;

    ClientCertificatePolicy(ClientCertificateSettings settings) {
        this.certificates = settings.certificates();
    }

    @Override
    public PolicyDecision decide(SigningAttempt attempt) {
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

    /** Printable, as {@link DistinguishedName#toString()} escapes it. */
    private static String shortened(String subject) {
        return subject.length() <= MAX_LOGGED_SUBJECT ? subject : subject.substring(0, MAX_LOGGED_SUBJECT) + "...";
    }
}
