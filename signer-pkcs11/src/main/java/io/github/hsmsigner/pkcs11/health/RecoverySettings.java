package io.github.hsmsigner.pkcs11.health;

import io.github.hsmsigner.core.error.InvalidConfigurationException;
import java.time.Duration;

/** The time limits and retries of a token's recovery. Immutable. */
public final class RecoverySettings {

    private final Duration firstRetryPause;
    private final Duration longestRetryPause;
    private final int failuresToOpen;
    private final Duration firstProbePause;
    private final Duration longestProbePause;
    private final Duration pinCheckPause;
    private final Duration drainLimit;
    private final int hungCallLimit;
    private final Duration regrowPause;
    private final Duration hangLimit;
    private final Duration noSuccessLimit;

    private RecoverySettings(Builder builder) {
        this.firstRetryPause = builder.firstRetryPause;
        this.longestRetryPause = builder.longestRetryPause;
        this.failuresToOpen = builder.failuresToOpen;
        this.firstProbePause = builder.firstProbePause;
        this.longestProbePause = builder.longestProbePause;
        this.pinCheckPause = builder.pinCheckPause;
        this.drainLimit = builder.drainLimit;
        this.hungCallLimit = builder.hungCallLimit;
        this.regrowPause = builder.regrowPause;
        this.hangLimit = builder.hangLimit;
        this.noSuccessLimit = builder.noSuccessLimit;
    }

    /**
     * Returns the default settings: those of a new {@link #builder()}.
     *
     * @return the settings
     */
    public static RecoverySettings defaults() {
        return builder().build();
    }

    /**
     * Returns a new builder.
     *
     * @return a builder that has a default for everything
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Returns a builder with these settings.
     *
     * @return a builder
     */
    public Builder toBuilder() {
        return new Builder()
                .retryPauses(firstRetryPause, longestRetryPause)
                .failuresToOpen(failuresToOpen)
                .probePauses(firstProbePause, longestProbePause)
                .pinCheckPause(pinCheckPause)
                .drainLimit(drainLimit)
                .hungCallLimit(hungCallLimit)
                .regrowPause(regrowPause)
                .hangLimit(hangLimit)
                .noSuccessLimit(noSuccessLimit);
    }

    /**
     * Returns the first pause before a request is retried after a fault of the device. Each pause doubles, and is
     * shortened at random.
     *
     * @return the time
     */
    public Duration firstRetryPause() {
        return firstRetryPause;
    }

    /**
     * Returns the longest pause before a request is retried.
     *
     * @return the time
     */
    public Duration longestRetryPause() {
        return longestRetryPause;
    }

    /**
     * Returns how many consecutive failures of the device open the circuit breaker; then requests fail at once.
     *
     * @return the number
     */
    public int failuresToOpen() {
        return failuresToOpen;
    }

    /**
     * Returns the first pause before the device is probed in the background. Each pause doubles, and is shortened at
     * random.
     *
     * @return the time
     */
    public Duration firstProbePause() {
        return firstProbePause;
    }

    /**
     * Returns the longest pause between probes of the device.
     *
     * @return the time
     */
    public Duration longestProbePause() {
        return longestProbePause;
    }

    /**
     * Returns how often the source of a refused PIN is checked for another PIN.
     *
     * @return the time
     */
    public Duration pinCheckPause() {
        return pinCheckPause;
    }

    /**
     * Returns how long to wait for calls in progress before the module is initialised again or the token closed.
     *
     * @return the time
     */
    public Duration drainLimit() {
        return drainLimit;
    }

    /**
     * Returns how many calls that do not return make the token unhealthy.
     *
     * @return the number
     */
    public int hungCallLimit() {
        return hungCallLimit;
    }

    /**
     * Returns the pause before a further session is tried after the token had no room for one.
     *
     * @return the time
     */
    public Duration regrowPause() {
        return regrowPause;
    }

    /**
     * Returns the time in the module after which a call counts as hanging.
     *
     * @return the time
     */
    public Duration hangLimit() {
        return hangLimit;
    }

    /**
     * Returns the time of failures, of whatever kind, without a success after which the circuit breaker opens.
     *
     * @return the time
     */
    public Duration noSuccessLimit() {
        return noSuccessLimit;
    }

    /** Collects the settings. Not safe for use by several threads. */
    public static final class Builder {

        private Duration firstRetryPause = Duration.ofMillis(20);
        private Duration longestRetryPause = Duration.ofMillis(500);
        private int failuresToOpen = 5;
        private Duration firstProbePause = Duration.ofMillis(100);
        private Duration longestProbePause = Duration.ofMillis(500);
        private Duration pinCheckPause = Duration.ofSeconds(2);
        private Duration drainLimit = Duration.ofSeconds(5);
        private int hungCallLimit = 4;
        private Duration regrowPause = Duration.ofSeconds(30);
        private Duration hangLimit = Duration.ofSeconds(10);
        private Duration noSuccessLimit = Duration.ofSeconds(10);

        private Builder() {}

        /**
         * Sets the pauses before a request is retried. Default: 20 ms to 500 ms.
         *
         * @param first the first pause; positive
         * @param longest the longest pause; not shorter
         * @return this builder
         * @throws InvalidConfigurationException if the first is not positive or the longest is shorter
         */
        public Builder retryPauses(Duration first, Duration longest) {
            requirePauses("before a request is tried again", first, longest);
            this.firstRetryPause = first;
            this.longestRetryPause = longest;
            return this;
        }

        /**
         * Sets how many consecutive failures of the device open the circuit breaker; then requests fail at once.
         * Default: 5.
         *
         * @param failures the number; at least 1
         * @return this builder
         * @throws InvalidConfigurationException if it is less
         */
        public Builder failuresToOpen(int failures) {
            this.failuresToOpen = requirePositive("The number of failures before requests fail at once", failures);
            return this;
        }

        /**
         * Sets the pauses of the probe in the background; Default: 100 ms to 500 ms.
         *
         * @param first the first pause; positive
         * @param longest the longest pause; not shorter
         * @return this builder
         * @throws InvalidConfigurationException if the first is not positive or the longest is shorter
         */
        public Builder probePauses(Duration first, Duration longest) {
            requirePauses("of the probe", first, longest);
            this.firstProbePause = first;
            this.longestProbePause = longest;
            return this;
        }

        /**
         * Sets how often the source of a refused PIN is checked for another PIN. Default: every 2 s.
         *
         * @param pause the pause; positive
         * @return this builder
         * @throws InvalidConfigurationException if it is not positive
         */
        public Builder pinCheckPause(Duration pause) {
            this.pinCheckPause = requirePositive("The pause between checks of the PIN source", pause);
            return this;
        }

        /**
         * Sets how long to wait for calls in progress before the module is initialised again or the token closed.
         * Default: 5 s.
         *
         * @param limit the time; positive
         * @return this builder
         * @throws InvalidConfigurationException if it is not positive
         */
        public Builder drainLimit(Duration limit) {
            this.drainLimit = requirePositive("The time for calls in progress", limit);
            return this;
        }

        /**
         * Sets how many calls that do not return make the token unhealthy. Default: 4.
         *
         * @param limit the number; at least 1
         * @return this builder
         * @throws InvalidConfigurationException if it is less
         */
        public Builder hungCallLimit(int limit) {
            this.hungCallLimit = requirePositive("The number of hanging calls", limit);
            return this;
        }

        /**
         * Sets the pause before a further session is tried after the token had no room for one. Default: 30 s.
         *
         * @param pause the pause; positive
         * @return this builder
         * @throws InvalidConfigurationException if it is not positive
         */
        public Builder regrowPause(Duration pause) {
            this.regrowPause = requirePositive("The pause until the pool grows", pause);
            return this;
        }

        /**
         * Sets the time in the module after which a call counts as hanging. Default: 10 s.
         *
         * @param limit the time; positive
         * @return this builder
         * @throws InvalidConfigurationException if it is not positive
         */
        public Builder hangLimit(Duration limit) {
            this.hangLimit = requirePositive("The time after which a call hangs", limit);
            return this;
        }

        /**
         * Sets the time of failures, of whatever kind, without a success after which the circuit breaker opens. Default: 10 s.
         *
         * @param limit the time; positive
         * @return this builder
         * @throws InvalidConfigurationException if it is not positive
         */
        public Builder noSuccessLimit(Duration limit) {
            this.noSuccessLimit = requirePositive("The time without a success", limit);
            return this;
        }

        private static void requirePauses(String which, Duration first, Duration longest) {
            requirePositive("The first pause " + which, first);
            if (longest.compareTo(first) < 0) {
                throw new InvalidConfigurationException("The longest pause " + which
                        + " must not be shorter than the first: " + longest + " and " + first + ".");
            }
        }

        private static Duration requirePositive(String what, Duration value) {
            if (value.isNegative() || value.isZero()) {
                throw new InvalidConfigurationException(what + " must be positive, not " + value + ".");
            }
            return value;
        }

        private static int requirePositive(String what, int value) {
            if (value < 1) {
                throw new InvalidConfigurationException(what + " must be at least 1, not " + value + ".");
            }
            return value;
        }

        /**
         * Builds the settings.
         *
         * @return the settings
         */
        public RecoverySettings build() {
            return new RecoverySettings(this);
        }
    }
}
