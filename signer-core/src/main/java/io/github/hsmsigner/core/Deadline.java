package io.github.hsmsigner.core;

import java.time.Duration;

/**
 * A point in time by which an answer is due, on a clock that never jumps. Immutable.
 *
 * <p>Work that hangs is abandoned at its deadline and can still end later. A deadline can carry a listener for that, which goes along
 * with the deadline through every signer in between.
 */
public final class Deadline {

    private final long nanoTime;

    /** {@code null} for none. */
    private final LateResultListener listener;

    private Deadline(long nanoTime, LateResultListener listener) {
        this.nanoTime = nanoTime;
        this.listener = listener;
    }

    /** Is told of results of abandoned work. Implementations are thread-safe, return at once and throw nothing. */
    @FunctionalInterface
    public interface LateResultListener {

        /**
         * Abandoned work has produced its result, which no caller received.
         *
         * @param origin what produced it, for the operator: a phrase such as "the key with label "contracts" on token a"
         * @param late how long after the deadline; zero if the caller stopped waiting before
         */
        void lateResult(String origin, Duration late);
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
        return new Deadline(System.nanoTime() + time.toNanos(), null);
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
        return new Deadline(System.nanoTime() + remainingNanos() / steps, listener);
    }

    /**
     * The earlier one of this deadline and a distance from now.
     *
     * @param time how long from now; not negative
     * @return the deadline
     * @throws IllegalArgumentException if the time is negative
     */
    public Deadline within(Duration time) {
        if (time.isNegative()) {
            throw new IllegalArgumentException("A deadline cannot lie in the past: " + time);
        }
        return time.compareTo(Duration.ofNanos(remainingNanos())) < 0
                ? new Deadline(System.nanoTime() + time.toNanos(), listener)
                : this;
    }

    /**
     * The same deadline with a listener for results of work that was abandoned at it. Deadlines that are derived from it have the
     * listener too.
     *
     * @param lateResultListener the listener, in place of any other
     * @return the deadline
     */
    public Deadline withListener(LateResultListener lateResultListener) {
        return new Deadline(nanoTime, lateResultListener);
    }

    /**
     * Reports that work which was abandoned at this deadline has produced its result. Does nothing if there is no listener.
     *
     * @param origin what produced it, for the operator
     */
    public void reportLateResult(String origin) {
        if (listener != null) {
            listener.lateResult(origin, Duration.ofNanos(Math.max(0, System.nanoTime() - nanoTime)));
        }
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
