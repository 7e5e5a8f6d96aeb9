package io.github.hsmsigner.http.check;

import io.github.hsmsigner.http.config.InvalidSettingsException;
import io.github.hsmsigner.http.config.ServiceSettings;
import io.github.hsmsigner.http.config.SettingsReader;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Exercises what the service would do with its settings: policy, TLS, audit log, timestamps, tokens, keys, containers. It logs in to each
 * token once. A problem with one part does not keep it from checking the others.
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
        settings(environment, findings).ifPresent(settings -> {
            Clock clock = Clock.systemUTC();
            findings.addAll(AccessCheck.of(settings, clock));
            findings.addAll(TlsCheck.of(settings.server().tls(), clock));
            findings.addAll(AuditCheck.of(settings));
            new KeyCheck(settings, clock, findings).run();
        });
        return new CheckReport(findings);
    }

    private static Optional<ServiceSettings> settings(Map<String, String> environment, List<Finding> findings) {
        try {
            ServiceSettings settings = SettingsReader.read(environment);
            findings.add(Finding.ok(
                    SETTINGS,
                    "",
                    "Tokens: " + settings.tokens().keySet() + "; keys: "
                            + settings.keys().keySet() + "."));
            return Optional.of(settings);
        } catch (InvalidSettingsException e) {
            e.problems()
                    .forEach(problem -> findings.add(Finding.error(
                            SETTINGS,
                            "",
                            problem,
                            "docs/configuration.md has every setting, its form and its default.")));
            return Optional.empty();
        }
    }
}
