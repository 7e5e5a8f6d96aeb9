package io.github.hsmsigner.http.check;

import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.http.config.ServiceSettings;
import io.github.hsmsigner.http.server.SigningHttpServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;

/** Looks at TLS and the audit log: at their files, not at their ports and locks, as the service may be running. */
final class FileCheck {

    private FileCheck() {}

    static List<Finding> of(ServiceSettings settings) {
        List<Finding> findings = new ArrayList<>();
        settings.server()
                .tls()
                .ifPresentOrElse(
                        tls -> {
                            try {
                                X509Certificate certificate = SigningHttpServer.checkTls(tls);
                                findings.add(Finding.ok(
                                        "tls",
                                        "",
                                        "The certificate of "
                                                + certificate
                                                        .getSubjectX500Principal()
                                                        .getName() + ", valid to "
                                                + certificate.getNotAfter().toInstant() + "."));
                            } catch (InvalidConfigurationException e) {
                                findings.add(Finding.error(
                                        "tls",
                                        "",
                                        e.getMessage(),
                                        "Mend the files that server.tls names; PEM is expected."));
                            }
                        },
                        () -> findings.add(Finding.warning(
                                "tls",
                                "",
                                "Callbacks come without TLS, so signing tokens and documents cross the network in the open.",
                                "Set server.tls, or keep the port on a network that is trusted.")));
        settings.audit()
                .ifPresentOrElse(
                        audit -> findings.add(audit(audit.file())),
                        () -> findings.add(Finding.warning(
                                "audit",
                                "",
                                "There is no audit log, so who had what signed is in the service's log alone.",
                                "Set audit.file to keep one.")));
        return findings;
    }

    private static Finding audit(Path file) {
        Path directory = file.toAbsolutePath().getParent();
        if (!Files.isDirectory(directory) || !Files.isWritable(directory)) {
            return Finding.error(
                    "audit",
                    "",
                    directory + " is no directory that this user may write to.",
                    "Make it, owned by the user that the service runs as.");
        }
        if (Files.exists(file) && !Files.isWritable(file)) {
            return Finding.error(
                    "audit", "", file + " cannot be written to.", "Let the user that the service runs as own it.");
        }
        return Finding.ok("audit", "", "Goes to " + file + ".");
    }
}
