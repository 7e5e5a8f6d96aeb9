package io.github.hsmsigner.service.lifecycle;

import java.time.Duration;
import java.util.function.IntFunction;
import java.util.random.RandomGenerator;

/**
 * How long to wait before the next attempt: doubling from one second to thirty, each time shortened by chance by up to a quarter,
 * so that many instances that lost one HSM do not come back to it in step.
 */
final class Backoff implements IntFunction<Duration> {

    private static final long FIRST_MILLIS = 1_000;
    private static final long LONGEST_MILLIS = 30_000;
    private static final int DOUBLINGS = 5;

    private final RandomGenerator random;

    Backoff(RandomGenerator random) {
        this.random = random;
    }

    /** The time to wait after so many failures in a row, at least one; never less than a second. */
    @Override
    public Duration apply(int failures) {
        long full = Math.min(LONGEST_MILLIS, FIRST_MILLIS << Math.min(failures - 1, DOUBLINGS));
        long shortened = full - (long) (random.nextDouble() * full / 4);
        return Duration.ofMillis(Math.max(FIRST_MILLIS, shortened));
    }
}
