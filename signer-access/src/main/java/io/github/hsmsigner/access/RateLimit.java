package io.github.hsmsigner.access;

import io.github.hsmsigner.core.error.InvalidConfigurationException;
import java.time.Duration;

/**
 * The rate of a caller's signatures, as a token bucket. Requests for certificates do not count. Immutable.
 *
 * @param signatures the size of the bucket; 1 to 1,000,000
 * @param period the time in which an empty bucket fills; 1 second to 1 day
 */
public record RateLimit(int signatures, Duration period) {

    private static final int MAX_SIGNATURES = 1_000_000;

    /**
     * Checks the ranges.
     *
     * @param signatures the size of the bucket; 1 to 1,000,000
     * @param period the time in which an empty bucket fills; 1 second to 1 day
     * @throws InvalidConfigurationException if a value is outside its range
     */
    public RateLimit {
        if (signatures < 1 || signatures > MAX_SIGNATURES) {
            throw new InvalidConfigurationException(
                    "A rate limit must allow 1 to " + MAX_SIGNATURES + " signatures, not " + signatures + ".");
        }
        if (period.compareTo(Duration.ofSeconds(1)) < 0 || period.compareTo(Duration.ofDays(1)) > 0) {
            throw new InvalidConfigurationException(
                    "The period of a rate limit must be 1 second to 1 day, not " + period + ".");
        }
    }

    @Override
    public String toString() {
        return signatures + " in " + period.toMillis() / 1000.0 + " s";
    }
}
