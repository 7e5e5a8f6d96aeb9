package io.github.hsmsigner.service.config;

import io.github.hsmsigner.pkcs11.health.RecoverySettings;
import java.time.Duration;

/** The settings of a token's recovery. */
final class RecoveryReader {

    private static final int MAX_COUNT = 10_000;

    private static final Setting<Duration> FIRST_RETRY_PAUSE =
            pause("first-retry-pause", "20ms", "pause before the first retry of a request; doubled each time");
    private static final Setting<Duration> LONGEST_RETRY_PAUSE =
            pause("longest-retry-pause", "500ms", "maximum of that pause");
    private static final Setting<Integer> FAILURES_TO_OPEN = Setting.of(
                    "failures-to-open",
                    ValueType.number(1, MAX_COUNT),
                    "device failures in a row after which the circuit breaker opens and requests fail immediately")
            .byDefault("5");
    private static final Setting<Duration> FIRST_PROBE_PAUSE = pause(
            "first-probe-pause",
            "100ms",
            "pause before the first probe while the circuit breaker is open; doubled each time");
    private static final Setting<Duration> LONGEST_PROBE_PAUSE =
            pause("longest-probe-pause", "500ms", "maximum of that pause");
    private static final Setting<Duration> PIN_CHECK_PAUSE = pause(
            "pin-check-pause",
            "2s",
            "interval at which the service checks the source of a rejected PIN for another PIN");
    private static final Setting<Duration> DRAIN_LIMIT = pause(
            "drain-limit",
            "5s",
            "time that the service waits for calls in progress, before it initialises the module again"
                    + " or closes the token");
    private static final Setting<Integer> HUNG_CALL_LIMIT = Setting.of(
                    "hung-call-limit",
                    ValueType.number(1, MAX_COUNT),
                    "number of hanging calls that makes the token unhealthy")
            .byDefault("4");
    private static final Setting<Duration> REGROW_PAUSE = pause(
            "regrow-pause",
            "30s",
            "time after which the service tries to open another session, if the token had no free session");

    private static final Setting<Duration> HANG_LIMIT = pause(
            "hang-limit", "10s", "time in the module after which a call counts as hanging, independent of its caller");
    private static final Setting<Duration> NO_SUCCESS_LIMIT = pause(
            "no-success-limit",
            "10s",
            "time of failures of any kind without a success after which the circuit breaker opens and"
                    + " requests fail immediately");

    static final Section SECTION = Section.of(
            FIRST_RETRY_PAUSE,
            LONGEST_RETRY_PAUSE,
            FAILURES_TO_OPEN,
            FIRST_PROBE_PAUSE,
            LONGEST_PROBE_PAUSE,
            PIN_CHECK_PAUSE,
            DRAIN_LIMIT,
            HUNG_CALL_LIMIT,
            REGROW_PAUSE,
            HANG_LIMIT,
            NO_SUCCESS_LIMIT);

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
                .regrowPause(values.or(REGROW_PAUSE))
                .hangLimit(values.or(HANG_LIMIT))
                .noSuccessLimit(values.or(NO_SUCCESS_LIMIT));
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
