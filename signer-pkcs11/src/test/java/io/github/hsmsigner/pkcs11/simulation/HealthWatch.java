package io.github.hsmsigner.pkcs11.simulation;

import java.time.Duration;
import java.util.Optional;

/** Compares the health of a token or of a key with how requests end. For one thread at a time. */
final class HealthWatch {

    /** Readiness must change one second after the 10 s without a success. */
    private static final Duration UNTRUE_HEALTH = Duration.ofSeconds(11);
    /** What works again is usable before the first request succeeds. */
    private static final Duration READINESS_CHANGE = Duration.ofSeconds(1);

    private static final int FAILURES = 3;

    private Duration firstFailure = Fault.NEVER;
    private Duration lastFailure = Duration.ZERO;
    private int failures;
    private String reason = "";
    private Duration usableSince = Duration.ZERO;

    void succeeded() {
        failures = 0;
    }

    /** A request failed that should have succeeded. */
    void failed(Duration now, String message, boolean usable) {
        firstFailure = failures == 0 ? now : firstFailure;
        failures++;
        lastFailure = now;
        reason = message;
        see(now, usable);
    }

    void see(Duration now, boolean usable) {
        if (!usable) {
            usableSince = Fault.NEVER;
        } else if (usableSince.equals(Fault.NEVER)) {
            usableSince = now;
        }
    }

    /** Why a health that says "usable" is not true; empty if it is, as far as is known. */
    Optional<String> untruth(Duration now) {
        boolean untrue = failures >= FAILURES
                && now.minus(firstFailure).compareTo(UNTRUE_HEALTH) > 0
                && now.minus(usableSince).compareTo(READINESS_CHANGE) > 0
                && lastFailure.compareTo(usableSince) > 0;
        return untrue
                ? Optional.of(
                        "no request succeeded since " + Scenario.seconds(firstFailure) + "; last failure: " + reason)
                : Optional.empty();
    }

    /** The message of the last failure. */
    String lastFailure() {
        return reason;
    }
}
