package io.github.hsmsigner.pkcs11.internal.scheduling;

import io.github.hsmsigner.core.Deadline;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.random.RandomGenerator;

/**
 * Time, threads and waiting. Code of this module that reads a clock, starts a thread or blocks does it here and nowhere
 * else, so that a simulation can control all three. Thread-safe.
 */
public interface Scheduler {

    /**
     * Returns the current time.
     *
     * @return nanoseconds since an arbitrary moment, as {@link System#nanoTime}
     */
    long nanoTime();

    /**
     * Returns a deadline on this clock.
     *
     * @param time how long from now; not negative
     * @return the deadline
     */
    default Deadline deadline(Duration time) {
        return Deadline.after(time, this::nanoTime);
    }

    /**
     * Blocks the current thread, as {@link java.util.concurrent.locks.LockSupport#parkNanos(Object, long)}: until it is
     * unparked or interrupted, or the time has passed. It can also return for no reason.
     *
     * @param blocker what the thread waits for
     * @param nanos the longest time; returns at once if it is not positive
     */
    void parkNanos(Object blocker, long nanos);

    /**
     * Waits for a future.
     *
     * @param future the future
     * @param nanos the longest time
     * @return whether it is done; {@code false} if the time passed or the thread was interrupted
     */
    default boolean await(CompletableFuture<?> future, long nanos) {
        if (future.isDone()) {
            return true;
        }
        WaitQueue done = new WaitQueue(this);
        future.whenComplete((value, failure) -> done.wakeAll());
        return done.await(nanos, future::isDone);
    }

    /**
     * Ends the wait of a thread, or lets its next wait return at once.
     *
     * @param thread the thread
     */
    void unpark(Thread thread);

    /**
     * Chance, for pauses that must not be in step.
     *
     * @return a generator; for the current thread alone
     */
    RandomGenerator random();

    /**
     * Makes threads for one owner. None is started before it is needed.
     *
     * @param name what the threads are for; part of their names
     * @return the threads, which the owner closes
     */
    TaskThreads threads(String name);

    /**
     * Returns the scheduler with the clock and the threads of the Java platform.
     *
     * @return the scheduler
     */
    static Scheduler system() {
        return SystemScheduler.INSTANCE;
    }
}
