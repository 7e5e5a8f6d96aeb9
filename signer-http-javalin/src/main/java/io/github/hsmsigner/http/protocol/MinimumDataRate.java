package io.github.hsmsigner.http.protocol;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * The minimum rate at which a body must arrive. Only time in which the server waits for the client counts. Immutable.
 *
 * @param bytesPerSecond the rate, on average over each grace period of waiting; 0 for any rate
 * @param gracePeriod the waiting time over which the average is taken
 */
public record MinimumDataRate(int bytesPerSecond, Duration gracePeriod) {

    /** Any rate. Only the idle timeout of the server limits the time. */
    public static final MinimumDataRate NONE = new MinimumDataRate(0, Duration.ZERO);

    /** Measures one body. Not thread-safe. */
    final class Meter {

        private long nanosInPeriod;
        private long bytesInPeriod;

        /** Adds what arrived in a time, and ends the body if the rate is too low. */
        void add(long nanos, int bytes) throws SlowBodyException {
            nanosInPeriod += nanos;
            bytesInPeriod += bytes;
            if (nanosInPeriod < gracePeriod.toNanos()) {
                return;
            }
            double seconds = nanosInPeriod / (double) TimeUnit.SECONDS.toNanos(1);
            if (bytesInPeriod < bytesPerSecond * seconds) {
                throw new SlowBodyException("The client sent " + bytesInPeriod + " bytes in "
                        + TimeUnit.NANOSECONDS.toMillis(nanosInPeriod) + " ms.");
            }
            nanosInPeriod = 0;
            bytesInPeriod = 0;
        }
    }
}
