package io.github.hsmsigner.service.check;

import io.github.hsmsigner.core.DistinguishedName;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.service.server.TlsSettings;
import io.github.hsmsigner.service.server.TlsTrial;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Checks TLS as the service offers it: the files, a handshake, and the dates of all certificates. */
final class TlsCheck {

    private static final String AREA = "tls";
    private static final String SERVER_AUTHENTICATION = "1.3.6.1.5.5.7.3.1";
    private static final String ANY_EXTENDED_KEY_USAGE = "2.5.29.37.0";

    private final Instant now;
    private final List<Finding> findings = new ArrayList<>();

    private TlsCheck(Instant now) {
        this.now = now;
    }

    static List<Finding> of(TlsSettings settings, Clock clock) {
        TlsCheck check = new TlsCheck(clock.instant());
        check.run(settings);
        return check.findings;
    }

    static Finding none() {
        return Finding.warning(
                AREA,
                "",
                "Callbacks arrive without TLS, so signing tokens and documents cross the network unencrypted.",
                "Set server.tls, or keep the port on a trusted network.");
    }

    private void run(TlsSettings settings) {
        try {
            TlsTrial trial = TlsTrial.of(settings);
            X509Certificate server = trial.chain().get(0);
            dates(trial.chain());
            purpose(server);
            trial.clientAuthorities().forEach(this::clientAuthority);
            findings.add(Finding.ok(
                    AREA,
                    "",
                    "A handshake works (" + trial.handshake() + "), with the certificate of "
                            + DistinguishedName.ofSubject(server).toString() + ", valid to "
                            + server.getNotAfter().toInstant() + "."));
        } catch (InvalidConfigurationException e) {
            findings.add(Finding.error(
                    AREA, "", e.getMessage(), "Correct the files that server.tls names; PEM is expected."));
        }
    }

    private void dates(List<X509Certificate> chain) {
        for (X509Certificate certificate : chain) {
            Expiry.invalid("The TLS certificate", certificate, now)
                    .ifPresent(sentence -> findings.add(Finding.error(
                            AREA,
                            "",
                            sentence,
                            "Clients refuse it. Put a valid certificate into server.tls.certificate.")));
            Expiry.soon("The TLS certificate", certificate, now)
                    .ifPresent(sentence -> findings.add(Finding.warning(
                            AREA,
                            "",
                            sentence,
                            "Renew it and replace its file, which the service reloads while it runs.")));
        }
    }

    /** Clients refuse a certificate whose extended key usage excludes TLS servers (RFC 5280, section 4.2.1.12). */
    private void purpose(X509Certificate server) {
        try {
            List<String> usages = server.getExtendedKeyUsage();
            if (usages != null && !usages.contains(SERVER_AUTHENTICATION) && !usages.contains(ANY_EXTENDED_KEY_USAGE)) {
                findings.add(Finding.error(
                        AREA,
                        "",
                        Expiry.sentence(
                                "The TLS certificate",
                                server,
                                "is not for servers: its extended key usage lacks serverAuth."),
                        "Request a certificate with the extended key usage serverAuth."));
            }
        } catch (CertificateParsingException e) {
            findings.add(Finding.error(
                    AREA,
                    "",
                    Expiry.sentence("The TLS certificate", server, "has an extended key usage that cannot be read."),
                    "Request another certificate."));
        }
    }

    /** Java accepts certificates of an authority that has expired, so this is no error. */
    private void clientAuthority(X509Certificate authority) {
        Expiry.invalid("The client authority", authority, now)
                .or(() -> Expiry.soon("The client authority", authority, now))
                .ifPresent(sentence -> findings.add(Finding.warning(
                        AREA, "", sentence, "Add the authority's next certificate to server.tls.client-authorities.")));
    }
}
