package io.github.hsmsigner.core;

import java.time.Duration;

/**
 * A point in time by which an answer is due, on a clock that never jumps. Immutable.
 */
public final class Deadline {

    private final long nanoTime;

    private Deadline(long nanoTime) {
        this.nanoTime = nanoTime;
    }

    /**
     * A deadline at a distance from now.
     *
     * @param time how long from now; not negative
     * @return the deadline
     * @throws IllegalArgumentException if the time is negative
     */
    public static Deadline after(Duration time) {
        if (time.isNegative()) {
            throw new IllegalArgumentException("A deadline cannot lie in the past: " + time);
        }
        return new Deadline(System.nanoTime() + time.toNanos());
    }

    /**
     * The time that is left.
     *
     * @return nanoseconds until the deadline; zero once it has passed
     */
    public long remainingNanos() {
        return Math.max(0, nanoTime - System.nanoTime());
    }

    /**
     * Whether the time is up.
     *
     * @return {@code true} once the deadline has passed
     */
    public boolean hasPassed() {
        return remainingNanos() == 0;
    }

    @Override
    public String toString() {
        return "Deadline[in " + Duration.ofNanos(remainingNanos()).toMillis() + " ms]";
    }
}
