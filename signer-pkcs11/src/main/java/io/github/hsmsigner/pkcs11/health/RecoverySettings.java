package io.github.hsmsigner.pkcs11.health;

import io.github.hsmsigner.core.error.InvalidConfigurationException;
import java.time.Duration;
import java.util.Objects;

/**
 * How patient a token's recovery is. Immutable; each {@code with} method gives changed settings.
 *
 * @param firstRetryPause the pause before a request tries again after trouble of the device; doubled each time, and varied by
 *     chance
 * @param longestRetryPause the longest such pause
 * @param failuresToOpen after how many failures of the device in a row requests fail at once
 * @param firstProbePause the pause before the device is probed in the background; doubled each time, and varied by chance
 * @param longestProbePause the longest such pause
 * @param pinCheckPause how often a refused PIN's source is asked for another PIN
 * @param drainLimit how long calls under way are waited for, before the module is initialised anew or the token closed
 * @param hungCallLimit how many calls that do not come back make the token unhealthy
 * @param regrowPause how long after the token had no room for another session one more is tried
 */
public record RecoverySettings(
        Duration firstRetryPause,
        Duration longestRetryPause,
        int failuresToOpen,
        Duration firstProbePause,
        Duration longestProbePause,
        Duration pinCheckPause,
        Duration drainLimit,
        int hungCallLimit,
        Duration regrowPause) {

    /**
     * Checks the settings.
     *
     * @param firstRetryPause the first pause of a request
     * @param longestRetryPause the longest pause of a request
     * @param failuresToOpen failures in a row
     * @param firstProbePause the first pause of the probe
     * @param longestProbePause the longest pause of the probe
     * @param pinCheckPause the pause between looks at the PIN source
     * @param drainLimit the time for calls under way
     * @param hungCallLimit the number of hung calls
     * @param regrowPause the time until the pool grows
     * @throws InvalidConfigurationException if a number is not positive
     */
    public RecoverySettings {
        requirePositive("firstRetryPause", firstRetryPause);
        requirePositive("longestRetryPause", longestRetryPause);
        requirePositive("firstProbePause", firstProbePause);
        requirePositive("longestProbePause", longestProbePause);
        requirePositive("pinCheckPause", pinCheckPause);
        requirePositive("drainLimit", drainLimit);
        requirePositive("regrowPause", regrowPause);
        if (failuresToOpen < 1 || hungCallLimit < 1) {
            throw new InvalidConfigurationException("failuresToOpen and hungCallLimit must be at least 1, not "
                    + failuresToOpen + " and " + hungCallLimit + ".");
        }
    }

    private static void requirePositive(String name, Duration value) {
        Objects.requireNonNull(value, name);
        if (value.isNegative() || value.isZero()) {
            throw new InvalidConfigurationException("The duration " + name + " must be positive, not " + value + ".");
        }
    }

    /**
     * Settings for a service: requests try again after 20 ms to 500 ms; five failures in a row make requests fail at once; the
     * device is probed every 100 ms to 750 ms; a refused PIN's source is looked at every 2 s; calls under way are waited for 5 s;
     * four hung calls make the token unhealthy; the pool grows back after 30 s.
     *
     * @return the settings
     */
    public static RecoverySettings defaults() {
        return new RecoverySettings(
                Duration.ofMillis(20),
                Duration.ofMillis(500),
                5,
                Duration.ofMillis(100),
                Duration.ofMillis(750),
                Duration.ofSeconds(2),
                Duration.ofSeconds(5),
                4,
                Duration.ofSeconds(30));
    }

    /**
     * These settings with other pauses of requests.
     *
     * @param first the first pause
     * @param longest the longest pause
     * @return the settings
     */
    public RecoverySettings withRetryPauses(Duration first, Duration longest) {
        return new RecoverySettings(
                first,
                longest,
                failuresToOpen,
                firstProbePause,
                longestProbePause,
                pinCheckPause,
                drainLimit,
                hungCallLimit,
                regrowPause);
    }

    /**
     * These settings with another number of failures that make requests fail at once.
     *
     * @param failures failures in a row
     * @return the settings
     */
    public RecoverySettings withFailuresToOpen(int failures) {
        return new RecoverySettings(
                firstRetryPause,
                longestRetryPause,
                failures,
                firstProbePause,
                longestProbePause,
                pinCheckPause,
                drainLimit,
                hungCallLimit,
                regrowPause);
    }

    /**
     * These settings with other pauses of the probe.
     *
     * @param first the first pause
     * @param longest the longest pause
     * @return the settings
     */
    public RecoverySettings withProbePauses(Duration first, Duration longest) {
        return new RecoverySettings(
                firstRetryPause,
                longestRetryPause,
                failuresToOpen,
                first,
                longest,
                pinCheckPause,
                drainLimit,
                hungCallLimit,
                regrowPause);
    }

    /**
     * These settings with another pause between looks at the PIN source.
     *
     * @param pause the pause
     * @return the settings
     */
    public RecoverySettings withPinCheckPause(Duration pause) {
        return new RecoverySettings(
                firstRetryPause,
                longestRetryPause,
                failuresToOpen,
                firstProbePause,
                longestProbePause,
                pause,
                drainLimit,
                hungCallLimit,
                regrowPause);
    }

    /**
     * These settings with another time for calls under way.
     *
     * @param limit the time
     * @return the settings
     */
    public RecoverySettings withDrainLimit(Duration limit) {
        return new RecoverySettings(
                firstRetryPause,
                longestRetryPause,
                failuresToOpen,
                firstProbePause,
                longestProbePause,
                pinCheckPause,
                limit,
                hungCallLimit,
                regrowPause);
    }

    /**
     * These settings with another number of hung calls that make the token unhealthy.
     *
     * @param limit the number
     * @return the settings
     */
    public RecoverySettings withHungCallLimit(int limit) {
        return new RecoverySettings(
                firstRetryPause,
                longestRetryPause,
                failuresToOpen,
                firstProbePause,
                longestProbePause,
                pinCheckPause,
                drainLimit,
                limit,
                regrowPause);
    }

    /**
     * These settings with another time until the pool grows back.
     *
     * @param pause the time
     * @return the settings
     */
    public RecoverySettings withRegrowPause(Duration pause) {
        return new RecoverySettings(
                firstRetryPause,
                longestRetryPause,
                failuresToOpen,
                firstProbePause,
                longestProbePause,
                pinCheckPause,
                drainLimit,
                hungCallLimit,
                pause);
    }
}
