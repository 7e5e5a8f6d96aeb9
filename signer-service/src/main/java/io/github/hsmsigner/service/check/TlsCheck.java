package io.github.hsmsigner.service.check;

import io.github.hsmsigner.core.DistinguishedName;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.service.server.TlsHandshakeCheck;
import io.github.hsmsigner.service.server.TlsSettings;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;

/** Checks TLS as the service offers it: the files, a handshake, and the dates of all certificates. */
record TlsCheck(Instant now, CheckReport.Collector findings) {

    private static final String SERVER_AUTHENTICATION = "1.3.6.1.5.5.7.3.1";
    private static final String ANY_EXTENDED_KEY_USAGE = "2.5.29.37.0";
    private static final String CERTIFICATE = "The TLS certificate";

    void run(TlsSettings settings) {
        try {
            TlsHandshakeCheck tls = new TlsHandshakeCheck(settings);
            X509Certificate server = tls.chain().get(0);
            tls.chain().forEach(this::checkDates);
            checkPurpose(server);
            tls.clientAuthorities().forEach(this::checkClientAuthority);
            findings.ok("A handshake works (" + tls.handshake() + "), with the certificate of "
                    + DistinguishedName.ofSubject(server) + ", valid to "
                    + server.getNotAfter().toInstant() + ".");
        } catch (InvalidConfigurationException e) {
            findings.error(e.getMessage(), "Correct the files that server.tls names; PEM is expected.");
        }
    }

    private void checkDates(X509Certificate certificate) {
        CertificateCheck.invalid(CERTIFICATE, certificate, now)
                .ifPresent(sentence -> findings.error(
                        sentence, "Clients refuse it. Put a valid certificate into server.tls.certificate."));
        CertificateCheck.expiresSoon(CERTIFICATE, certificate, now)
                .ifPresent(sentence -> findings.warning(
                        sentence, "Renew it and replace its file, which the service reloads while it runs."));
    }

    /** Clients refuse a certificate whose extended key usage excludes TLS servers (RFC 5280, section 4.2.1.12). */
    private void checkPurpose(X509Certificate server) {
        try {
            List<String> usages = server.getExtendedKeyUsage();
            if (usages != null && !usages.contains(SERVER_AUTHENTICATION) && !usages.contains(ANY_EXTENDED_KEY_USAGE)) {
                findings.error(
                        CertificateCheck.sentence(
                                CERTIFICATE, server, "is not for servers: its extended key usage lacks serverAuth."),
                        "Request a certificate with the extended key usage serverAuth.");
            }
        } catch (CertificateParsingException e) {
            findings.error(
                    CertificateCheck.sentence(CERTIFICATE, server, "has an extended key usage that cannot be read."),
                    "Request another certificate.");
        }
    }

    /** Java accepts certificates of an authority that has expired, so this is no error. */
    private void checkClientAuthority(X509Certificate authority) {
        CertificateCheck.invalid("The client authority", authority, now)
                .or(() -> CertificateCheck.expiresSoon("The client authority", authority, now))
                .ifPresent(sentence -> findings.warning(
                        sentence, "Add the authority's next certificate to server.tls.client-authorities."));
    }
}
