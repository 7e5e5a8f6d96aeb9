package io.github.hsmsigner.http.config;

import io.github.hsmsigner.pkcs11.health.RecoverySettings;
import java.time.Duration;

/** The settings of a token's recovery. */
final class RecoveryReader {

    private static final int MAX_COUNT = 10_000;

    private static final Setting<Duration> FIRST_RETRY_PAUSE =
            pause("first-retry-pause", "20ms", "pause before a request tries again; doubled each time");
    private static final Setting<Duration> LONGEST_RETRY_PAUSE =
            pause("longest-retry-pause", "500ms", "longest such pause");
    private static final Setting<Integer> FAILURES_TO_OPEN = Setting.of(
                    "failures-to-open",
                    ValueType.number(1, MAX_COUNT),
                    "failures of the device in a row after which requests fail at once")
            .byDefault("5");
    private static final Setting<Duration> FIRST_PROBE_PAUSE =
            pause("first-probe-pause", "100ms", "pause before the device is probed then; doubled each time");
    private static final Setting<Duration> LONGEST_PROBE_PAUSE =
            pause("longest-probe-pause", "750ms", "longest such pause");
    private static final Setting<Duration> PIN_CHECK_PAUSE =
            pause("pin-check-pause", "2s", "how often a refused PIN's source is asked for another PIN");
    private static final Setting<Duration> DRAIN_LIMIT = pause(
            "drain-limit",
            "5s",
            "how long calls under way are waited for, before the module is initialised anew or the token closed");
    private static final Setting<Integer> HUNG_CALL_LIMIT = Setting.of(
                    "hung-call-limit",
                    ValueType.number(1, MAX_COUNT),
                    "calls that do not come back which make the token unhealthy")
            .byDefault("4");
    private static final Setting<Duration> REGROW_PAUSE =
            pause("regrow-pause", "30s", "how long after the token had no room for another session one more is tried");

    static final Section SECTION = Section.of(
            FIRST_RETRY_PAUSE,
            LONGEST_RETRY_PAUSE,
            FAILURES_TO_OPEN,
            FIRST_PROBE_PAUSE,
            LONGEST_PROBE_PAUSE,
            PIN_CHECK_PAUSE,
            DRAIN_LIMIT,
            HUNG_CALL_LIMIT,
            REGROW_PAUSE);

    private RecoveryReader() {}

    private static Setting<Duration> pause(String name, String byDefault, String meaning) {
        return Setting.of(name, ValueType.duration(Duration.ofMillis(1), Duration.ofHours(1)), meaning)
                .byDefault(byDefault);
    }

    static RecoverySettings read(SectionValues values) {
        RecoverySettings.Builder recovery = RecoverySettings.builder()
                .failuresToOpen(values.or(FAILURES_TO_OPEN))
                .pinCheckPause(values.or(PIN_CHECK_PAUSE))
                .drainLimit(values.or(DRAIN_LIMIT))
                .hungCallLimit(values.or(HUNG_CALL_LIMIT))
                .regrowPause(values.or(REGROW_PAUSE));
        Problems problems = values.problems();
        problems.attempt(
                values.where(),
                () -> recovery.retryPauses(values.or(FIRST_RETRY_PAUSE), values.or(LONGEST_RETRY_PAUSE)));
        problems.attempt(
                values.where(),
                () -> recovery.probePauses(values.or(FIRST_PROBE_PAUSE), values.or(LONGEST_PROBE_PAUSE)));
        return recovery.build();
    }
}
