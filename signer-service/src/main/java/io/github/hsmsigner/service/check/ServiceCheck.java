package io.github.hsmsigner.service.check;

import io.github.hsmsigner.service.config.InvalidSettingsException;
import io.github.hsmsigner.service.config.KeySettings;
import io.github.hsmsigner.service.config.ServiceSettings;
import io.github.hsmsigner.service.config.SettingsReader;
import io.github.hsmsigner.service.config.UsableSettings;
import io.github.hsmsigner.service.server.SigningHttpServer;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Exercises what the service would do with its settings: policy, TLS, audit log, timestamps, tokens, keys, containers.
 * It logs in to each token once. A problem with one part does not keep it from checking the others.
 */
public final class ServiceCheck {

    private static final String SETTINGS = "settings";

    private ServiceCheck() {}

    /**
     * Checks.
     *
     * @param environment the environment variables that name the settings
     * @return what was found
     */
    public static CheckReport of(Map<String, String> environment) {
        List<Finding> findings = new ArrayList<>();
        Clock clock = Clock.systemUTC();
        try {
            ServiceSettings settings = SettingsReader.read(environment);
            findings.add(Finding.ok(
                    SETTINGS,
                    "",
                    "Tokens: " + settings.tokens().keySet() + "; keys: "
                            + settings.keys().keySet() + "."));
            settings.warnings()
                    .forEach(warning -> findings.add(
                            Finding.warning(SETTINGS, "", warning, "The next version refuses the old name.")));
            findings.addAll(AccessCheck.of(settings.access(), settings.keys().keySet(), clock));
            findings.addAll(
                    settings.server().tls().map(tls -> TlsCheck.of(tls, clock)).orElse(List.of(TlsCheck.none())));
            SigningHttpServer.heapWarning(
                            settings.server(), settings.signatures().largestRevocationInfo())
                    .ifPresent(warning -> findings.add(Finding.warning(
                            "server",
                            "",
                            warning,
                            "Run check with the options of the virtual machine that serve has.")));
            findings.add(settings.audit().map(AuditCheck::of).orElse(AuditCheck.none()));
            findings.addAll(SecretFileCheck.of(UsableSettings.of(settings), settings.tokens()));
            new KeyCheck(settings.tokens(), settings.keys(), settings.signatures(), clock, findings).run();
        } catch (InvalidSettingsException e) {
            e.problems()
                    .forEach(problem -> findings.add(Finding.error(
                            SETTINGS,
                            "",
                            problem,
                            "docs/configuration.md has every setting, its form and its default.")));
            checkUsable(e.usable(), clock, findings);
        }
        return new CheckReport(findings);
    }

    /** With wrong settings no token is opened, because a wrong PIN would be one more try. */
    private static void checkUsable(UsableSettings settings, Clock clock, List<Finding> findings) {
        settings.access().ifPresent(access -> findings.addAll(AccessCheck.of(access, settings.keyNames(), clock)));
        settings.tls().ifPresent(tls -> findings.addAll(TlsCheck.of(tls, clock)));
        settings.audit().ifPresent(audit -> findings.add(AuditCheck.of(audit)));
        findings.addAll(SecretFileCheck.of(settings, Map.of()));
        Map<String, KeySettings> inFiles = new LinkedHashMap<>(settings.keys());
        if (inFiles.values().removeIf(KeySettings.OnToken.class::isInstance)) {
            findings.add(Finding.warning(
                    "token",
                    "",
                    "Tokens are not opened while settings are wrong.",
                    "Correct the settings and run check again."));
        }
        settings.signatures()
                .ifPresent(signatures -> new KeyCheck(Map.of(), inFiles, signatures, clock, findings).run());
    }
}
