package io.github.hsmsigner.core;

import io.github.hsmsigner.core.ChainFinding.Kind;
import io.github.hsmsigner.core.ChainFinding.Severity;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Checks a certificate chain for faults that a validator would find later, before anything is signed. */
final class ChainInspection {

    /** Positions in the KeyUsage bit string (RFC 5280, section 4.2.1.3). */
    private static final int DIGITAL_SIGNATURE = 0;

    private static final int NON_REPUDIATION = 1;

    private ChainInspection() {}

    static List<ChainFinding> inspect(CertificateChain chain, Instant at) {
        List<ChainFinding> findings = new ArrayList<>();
        X509Certificate signer = chain.signer();
        inspectValidity(signer, at, Severity.ERROR, Kind.SIGNER_NOT_YET_VALID, Kind.SIGNER_EXPIRED)
                .ifPresent(findings::add);
        inspectKeyUsage(signer).ifPresent(findings::add);
        for (X509Certificate issuer : chain.issuers()) {
            boolean root = CertificateChain.isSelfSigned(issuer);
            // Most validators take a root that they trust for its key alone, and so look at its dates no more.
            inspectValidity(
                            issuer,
                            at,
                            root ? Severity.WARNING : Severity.ERROR,
                            Kind.ISSUER_NOT_YET_VALID,
                            Kind.ISSUER_EXPIRED)
                    .ifPresent(findings::add);
            // Old roots are X.509 version 1, which has no extensions to say it with.
            if (!root && issuer.getBasicConstraints() < 0) {
                findings.add(finding(
                        Kind.ISSUER_NO_AUTHORITY,
                        Severity.ERROR,
                        issuer,
                        "issued a certificate of this chain but is not marked as a certification authority."));
            }
        }
        X509Certificate last = last(chain);
        if (!CertificateChain.isSelfSigned(last)) {
            findings.add(finding(
                    Kind.INCOMPLETE,
                    Severity.WARNING,
                    last,
                    "is the last that is known; its issuer \""
                            + DistinguishedName.ofIssuer(last).toString() + "\" is missing."));
        }
        return List.copyOf(findings);
    }

    private static X509Certificate last(CertificateChain chain) {
        return chain.certificates().get(chain.certificates().size() - 1);
    }

    private static Optional<ChainFinding> inspectValidity(
            X509Certificate certificate, Instant at, Severity severity, Kind notYetValid, Kind expired) {
        Instant begin = certificate.getNotBefore().toInstant();
        Instant end = certificate.getNotAfter().toInstant();
        if (at.isBefore(begin)) {
            return Optional.of(dated(notYetValid, severity, certificate, begin, "is not valid before "));
        }
        if (at.isAfter(end)) {
            return Optional.of(dated(expired, severity, certificate, end, "expired on "));
        }
        return Optional.empty();
    }

    private static Optional<ChainFinding> inspectKeyUsage(X509Certificate signer) {
        boolean[] usage = signer.getKeyUsage();
        // A certificate without the extension is for every use.
        if (usage == null || usage[DIGITAL_SIGNATURE] || usage[NON_REPUDIATION]) {
            return Optional.empty();
        }
        return Optional.of(finding(
                Kind.SIGNER_NOT_FOR_SIGNATURES,
                Severity.ERROR,
                signer,
                "is not for signatures: its key usage names neither digitalSignature nor nonRepudiation."));
    }

    private static ChainFinding dated(
            Kind kind, Severity severity, X509Certificate certificate, Instant date, String what) {
        String subject = subject(certificate);
        return new ChainFinding(kind, severity, subject, Optional.of(date), sentence(subject, what + date + "."));
    }

    private static ChainFinding finding(Kind kind, Severity severity, X509Certificate certificate, String what) {
        String subject = subject(certificate);
        return new ChainFinding(kind, severity, subject, Optional.empty(), sentence(subject, what));
    }

    private static String subject(X509Certificate certificate) {
        return DistinguishedName.ofSubject(certificate).toString();
    }

    private static String sentence(String subject, String what) {
        return "The certificate of \"" + subject + "\" " + what;
    }
}
