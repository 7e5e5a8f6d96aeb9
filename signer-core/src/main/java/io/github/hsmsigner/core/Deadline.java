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
     * A deadline for the next of several steps that share this one: an equal part of the time that is left, so that a step that
     * hangs leaves time for those after it.
     *
     * @param steps how many steps are left, the next one counted; positive
     * @return the deadline of the next step
     * @throws IllegalArgumentException if no step is left
     */
    public Deadline share(int steps) {
        if (steps < 1) {
            throw new IllegalArgumentException("A deadline is shared by one step at least: " + steps);
        }
        return new Deadline(System.nanoTime() + remainingNanos() / steps);
    }

    /**
     * The earlier one of this deadline and a distance from now.
     *
     * @param time how long from now; not negative
     * @return the deadline
     * @throws IllegalArgumentException if the time is negative
     */
    public Deadline within(Duration time) {
        return time.compareTo(Duration.ofNanos(remainingNanos())) < 0 ? after(time) : this;
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
