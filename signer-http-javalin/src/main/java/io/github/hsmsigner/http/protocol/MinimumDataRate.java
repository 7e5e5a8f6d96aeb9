package io.github.hsmsigner.http.protocol;

import java.time.Duration;

/**
 * The minimum rate at which a body must arrive. Only the time counts in which the server waits for the client.
 * Immutable.
 *
 * @param bytesPerSecond the rate, on average over each grace period of waiting; 0 for any rate
 * @param gracePeriod the waiting time over which the average is taken
 */
public record MinimumDataRate(int bytesPerSecond, Duration gracePeriod) {

    /** Any rate. Only the idle timeout of the server limits the time. */
    public static final MinimumDataRate NONE = new MinimumDataRate(0, Duration.ZERO);
}
