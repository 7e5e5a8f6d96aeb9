package io.github.hsmsigner.core;

import java.time.Duration;
import java.util.Objects;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A point in time by which an answer is due, on a clock that never jumps. Immutable.
 *
 * <p>Work that hangs is abandoned at its deadline and can still end later. A deadline can carry a listener for that, which goes along
 * with the deadline through every signer in between.
 */
public final class Deadline {

    private static final Logger LOG = LoggerFactory.getLogger(Deadline.class);

    /** The limit of durations, so that sums of times and durations do not overflow. */
    private static final Duration LONGEST = Duration.ofNanos(Long.MAX_VALUE / 2);

    private final LongSupplier clock;
    private final long nanoTime;

    /** {@code null} for none. */
    private final @Nullable LateResultListener listener;

    private Deadline(LongSupplier clock, long nanoTime, @Nullable LateResultListener listener) {
        this.clock = clock;
        this.nanoTime = nanoTime;
        this.listener = listener;
    }

    /** Receives results of abandoned work. Implementations are thread-safe, return at once and throw nothing. */
    @FunctionalInterface
    public interface LateResultListener {

        /**
         * Receives a result of abandoned work, which no caller received.
         *
         * @param origin the origin of the result, for the operator: a phrase such as "the key with label "contracts" on
         *     token a"
         * @param late the time after the deadline; zero if the caller stopped waiting before
         */
        void lateResult(String origin, Duration late);
    }

    /**
     * Returns a deadline after a time from now.
     *
     * @param time how long from now; not negative
     * @return the deadline
     * @throws IllegalArgumentException if the time is negative
     */
    public static Deadline after(Duration time) {
        return after(time, System::nanoTime);
    }

    /**
     * Returns a deadline after a time from now on a given clock, such as that of a simulation.
     *
     * @param time how long from now; not negative
     * @param clock nanoseconds since an arbitrary moment, as {@link System#nanoTime}; thread-safe
     * @return the deadline
     * @throws IllegalArgumentException if the time is negative
     */
    public static Deadline after(Duration time, LongSupplier clock) {
        Objects.requireNonNull(clock, "clock");
        return new Deadline(clock, clock.getAsLong() + nanos(time), null);
    }

    private static long nanos(Duration time) {
        if (time.isNegative()) {
            throw new IllegalArgumentException("A deadline cannot lie in the past: " + time);
        }
        return time.compareTo(LONGEST) < 0 ? time.toNanos() : LONGEST.toNanos();
    }

    /**
     * Returns the time that is left.
     *
     * @return nanoseconds until the deadline; zero once it has passed
     */
    public long remainingNanos() {
        return Math.max(0, nanoTime - clock.getAsLong());
    }

    /**
     * Returns the deadline of the next of several steps that share this deadline: an equal part of the time that is
     * left. A step that hangs then leaves time for the steps after it.
     *
     * @param steps how many steps are left, the next one counted; positive
     * @return the deadline of the next step
     * @throws IllegalArgumentException if no step is left
     */
    public Deadline share(int steps) {
        if (steps < 1) {
            throw new IllegalArgumentException("A deadline is shared by one step at least: " + steps);
        }
        return new Deadline(clock, clock.getAsLong() + remainingNanos() / steps, listener);
    }

    /**
     * Returns the earlier one of this deadline and a time from now.
     *
     * @param time how long from now; not negative
     * @return the deadline
     * @throws IllegalArgumentException if the time is negative
     */
    public Deadline within(Duration time) {
        long nanos = nanos(time);
        return nanos < remainingNanos() ? new Deadline(clock, clock.getAsLong() + nanos, listener) : this;
    }

    /**
     * Returns the same deadline with a listener for results of work that was abandoned at it. Deadlines that are
     * derived from it have the listener too.
     *
     * @param lateResultListener the listener, in place of any other
     * @return the deadline
     */
    public Deadline withListener(LateResultListener lateResultListener) {
        return new Deadline(clock, nanoTime, lateResultListener);
    }

    /**
     * Reports that work which was abandoned at this deadline has produced its result. Does nothing if there is no listener.
     *
     * @param origin what produced it, for the operator
     */
    public void reportLateResult(String origin) {
        if (listener != null) {
            try {
                listener.lateResult(origin, Duration.ofNanos(Math.max(0, clock.getAsLong() - nanoTime)));
            } catch (RuntimeException | Error e) {
                LOG.error("A listener for late results threw an exception.", e);
            }
        }
    }

    /**
     * Returns whether the deadline has passed.
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
