package io.github.hsmsigner.service.check;

import io.github.hsmsigner.access.AccessSettings;
import io.github.hsmsigner.access.PolicyFactory;
import io.github.hsmsigner.access.PolicySettings;
import io.github.hsmsigner.audit.AuditFile;
import io.github.hsmsigner.audit.AuditFileSettings;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.service.config.InvalidSettingsException;
import io.github.hsmsigner.service.config.KeySettings;
import io.github.hsmsigner.service.config.ServiceSettings;
import io.github.hsmsigner.service.config.ServiceSettings.UsableSettings;
import io.github.hsmsigner.service.config.SettingsReader;
import io.github.hsmsigner.service.config.TokenSettings;
import io.github.hsmsigner.service.server.HeapDemand;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Exercises what the service would do with its settings: policy, TLS, audit log, timestamps, tokens, keys, containers.
 * It logs in to each token once. A problem with one part does not keep it from checking the others.
 */
public final class ServiceCheck {

    private final CheckReport.Collector findings = new CheckReport.Collector(new ArrayList<>(), "", "");
    private final Clock clock = Clock.systemUTC();

    private ServiceCheck() {}

    /** Returns the findings about the settings that the environment variables name. */
    public static CheckReport run(Map<String, String> environment) {
        ServiceCheck check = new ServiceCheck();
        try {
            check.checkAll(SettingsReader.read(environment));
        } catch (InvalidSettingsException e) {
            CheckReport.Collector settings = check.findings.about("settings");
            e.problems()
                    .forEach(
                            problem -> settings.error(
                                    problem,
                                    "See https://github.com/hsmsigner/signer/blob/main/docs/reference/configuration.md for its form and its default."));
            check.checkUsable(e.usable());
        }
        return new CheckReport(List.copyOf(check.findings.findings()));
    }

    private void checkAll(ServiceSettings settings) {
        CheckReport.Collector about = findings.about("settings");
        about.ok("Tokens: " + settings.tokens().keySet() + "; keys: "
                + settings.keys().keySet() + ".");
        settings.warnings().forEach(warning -> about.warning(warning, "The next version refuses the old name."));
        checkLocal(UsableSettings.of(settings), settings.tokens());
        if (settings.server().tls().isEmpty()) {
            findings.about("tls")
                    .warning(
                            "Callbacks arrive without TLS, so signing tokens and documents cross the network"
                                    + " unencrypted.",
                            "Set server.tls, or keep the port on a trusted network.");
        }
        if (settings.audit().isEmpty()) {
            findings.about("audit")
                    .warning(
                            "There is no audit log: only the log of the service records who signed what.",
                            "Set audit.file to keep one.");
        }
        HeapDemand.of(settings.server(), settings.signatures().largestRevocationInfo())
                .warning()
                .ifPresent(warning -> findings.about("server")
                        .warning(warning, "Run check with the options of the virtual machine that serve has."));
        new KeyCheck(settings.tokens(), settings.keys(), settings.signatures(), clock, findings).run();
    }

    private void checkLocal(UsableSettings settings, Map<String, TokenSettings> tokens) {
        settings.access().ifPresent(access -> checkAccess(access, settings.keyNames()));
        settings.tls().ifPresent(tls -> new TlsCheck(clock.instant(), findings.about("tls")).run(tls));
        settings.audit().ifPresent(this::checkAudit);
        SecretFileCheck.run(settings, tokens, findings);
    }

    /** With wrong settings no token is opened, because a wrong PIN would be one more try. */
    private void checkUsable(UsableSettings settings) {
        checkLocal(settings, Map.of());
        Map<String, KeySettings> inFiles = new LinkedHashMap<>(settings.keys());
        inFiles.values().removeIf(KeySettings.FromProvider.class::isInstance);
        if (inFiles.values().removeIf(KeySettings.OnToken.class::isInstance)) {
            findings.about("token")
                    .warning(
                            "Tokens are not opened while settings are wrong.",
                            "Correct the settings and run check again.");
        }
        settings.signatures()
                .ifPresent(signatures -> new KeyCheck(Map.of(), inFiles, signatures, clock, findings).run());
    }

    private void checkAccess(AccessSettings access, Set<String> keyNames) {
        CheckReport.Collector about = findings.about("access");
        String kinds = access.policies().stream().map(PolicySettings::kind).collect(Collectors.joining(" and "));
        try {
            new PolicyFactory(clock).policy(access);
            about.ok("Policy: " + kinds + "; rules for " + access.callers().size() + " callers.");
        } catch (InvalidConfigurationException e) {
            about.error(e.getMessage(), "Correct the file or secret of the policy.");
        }
        access.warnings()
                .forEach(warning -> about.warning(
                        warning,
                        "Set a stronger policy, or let a firewall or network policy admit Document Engine alone."));
        access.certificateWarnings(keyNames)
                .forEach(warning -> about.warning(
                        warning, "Check that applications which sign with another key send its certificates."));
        Set<String> unknown = new TreeSet<>(access.keyNames());
        unknown.removeAll(keyNames);
        unknown.forEach(name -> about.error(
                "The policy names the key \"" + name + "\", which is not set.",
                "Use one of " + keyNames + ", or add that key."));
    }

    /** Checks the files of the audit log, but not its lock: the service may be running. */
    private void checkAudit(AuditFileSettings audit) {
        CheckReport.Collector about = findings.about("audit");
        try {
            AuditFile.check(audit);
            long free = audit.file().toAbsolutePath().getParent().toFile().getUsableSpace();
            if (free < audit.reserveBytes()) {
                about.warning(
                        "Goes to " + audit.file() + ", whose disk has " + free
                                + " bytes free, fewer than the reserve of " + audit.reserveBytes()
                                + ". Requests of unknown callers will only be counted.",
                        "Free space on the disk, or set another audit.reserve (SIGNING_AUDIT_RESERVE).");
            } else {
                about.ok("Goes to " + audit.file() + ".");
            }
        } catch (InvalidConfigurationException e) {
            about.error(
                    e.getMessage(),
                    "The user that the service runs as must own the directory of the audit log and the files in it.");
        }
    }
}
