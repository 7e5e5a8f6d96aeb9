package io.github.hsmsigner.service.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hsmsigner.http.protocol.CallbackLimits;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Everything that a request can wait for fits into the default deadline. Document Engine waits for 10 seconds
 * ({@code SIGNING_SERVICE_TIMEOUT} in its public Helm chart, {@code pspdfkit/helm-charts}), so a later response reaches no client.
 */
class TimeBudgetTest {

    private static final Duration DOCUMENT_ENGINE_TIMEOUT = Duration.ofSeconds(10);

    /** Limits on clients, who are slow before the last byte of their request. */
    private static final String CLIENT_LIMITS = "server.limits.";

    /** Longer than the deadline, and no request waits for it after its last byte. A new setting must be put here or be shorter. */
    private static final Set<String> NOT_WAITED_FOR = Set.of(
            "server.stop-limit",
            "tokens.idle-timeout",
            "tokens.keepalive-time",
            "tokens.max-lifetime",
            "tokens.recovery.regrow-pause",
            "tokens.recovery.hang-limit",
            "tokens.recovery.no-success-limit",
            "access.policies.jwt.leeway");

    @Test
    void noDefaultOfASettingThatARequestCanWaitForExceedsTheDeadline() throws ValueType.Refusal {
        Map<String, Duration> defaults = new LinkedHashMap<>();
        collect(ServiceSettings.ROOT, "", defaults);
        Duration deadline = defaults.get("signatures.deadline");
        assertThat(deadline).isLessThan(DOCUMENT_ENGINE_TIMEOUT);
        assertThat(defaults)
                .as("the walk finds the settings")
                .hasSizeGreaterThan(12)
                .containsKeys("audit.time-limit");
        defaults.forEach((name, value) -> {
            if (!NOT_WAITED_FOR.contains(name) && !name.startsWith(CLIENT_LIMITS)) {
                assertThat(value).as(name).isLessThanOrEqualTo(deadline);
            }
        });
        assertThat(defaults.keySet()).as("settings that exist").containsAll(NOT_WAITED_FOR);
    }

    @Test
    void defaultsOutsideTheTableAreNoLonger(@TempDir Path directory) throws InvalidSettingsException, IOException {
        SettingsFiles files = SettingsFiles.write(directory);
        Duration deadline = SettingsReader.read(files.hsm()).signatures().deadline();
        assertThat(CallbackLimits.defaults().timeLimit()).isEqualTo(deadline);
        assertThat(SecretType.COMMAND_LIMIT).isLessThan(deadline);
    }

    @Test
    void aSignatureMayWaitInTheQueueUntilTheDeadlineByDefault(@TempDir Path directory)
            throws InvalidSettingsException, IOException {
        SettingsFiles files = SettingsFiles.write(directory);
        for (String deadline : new String[] {"3s", "9s", "20s"}) {
            SignatureSettings signatures = SettingsReader.read(files.yaml("keys: {k: {keystore: " + files.secret()
                            + ", keystore-password: x}}\nsignatures: {deadline: " + deadline + "}\n"))
                    .signatures();
            assertThat(signatures.queue().maxWait()).isEqualTo(signatures.deadline());
        }
    }

    private static void collect(Section section, String above, Map<String, Duration> defaults)
            throws ValueType.Refusal {
        for (Setting<?> setting : section.settings()) {
            String path = above + setting.name();
            if (setting.type() instanceof ValueType<?> type
                    && setting.defaultValue().isPresent()
                    && type.parser().parse(setting.defaultValue().get()) instanceof Duration duration) {
                defaults.put(path, duration);
            }
            if (setting.type().inner().isPresent()) {
                collect(setting.type().inner().get(), path + ".", defaults);
            }
        }
    }
}
