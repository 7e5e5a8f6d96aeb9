package io.github.hsmsigner.pkcs11.internal.recovery;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * Pauses that double from a first to a longest one. Each is shortened at random by up to a half, so that callers do not
 * retry in step.
 */
final class Backoff {

    private static final int MOST_DOUBLINGS = 30;

    private final Duration first;
    private final Duration longest;
    private final RandomGenerator random;
    private int taken;

    Backoff(Duration first, Duration longest, RandomGenerator random) {
        this.random = random;
        this.first = first;
        this.longest = longest;
    }

    Duration next() {
        long full = Math.min(longest.toNanos(), saturated(first.toNanos(), Math.min(taken, MOST_DOUBLINGS)));
        taken++;
        return Duration.ofNanos(full - random.nextLong(full / 2 + 1));
    }

    private static long saturated(long value, int doublings) {
        return value > Long.MAX_VALUE >> doublings ? Long.MAX_VALUE : value << doublings;
    }
}
