package io.github.hsmsigner.service.lifecycle;

import java.time.Duration;
import java.util.function.IntFunction;
import java.util.random.RandomGenerator;

/**
 * Returns the time before the next attempt. It doubles from one second to thirty seconds. Each time is shortened at
 * random by up to a quarter. Therefore many instances that lost one HSM do not reconnect in step.
 */
final class Backoff implements IntFunction<Duration> {

    private static final long FIRST_MILLIS = 1_000;
    private static final long LONGEST_MILLIS = 30_000;
    private static final int DOUBLINGS = 5;

    private final RandomGenerator random;

    Backoff(RandomGenerator random) {
        this.random = random;
    }

    /** Returns the time to wait after so many failures in a row, at least one; never less than a second. */
    @Override
    public Duration apply(int failures) {
        long full = Math.min(LONGEST_MILLIS, FIRST_MILLIS << Math.min(failures - 1, DOUBLINGS));
        long shortened = full - (long) (random.nextDouble() * full / 4);
        return Duration.ofMillis(Math.max(FIRST_MILLIS, shortened));
    }
}
