package io.github.hsmsigner.pkcs11.internal.scheduling;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.BooleanSupplier;

/**
 * Threads that wait for a condition. Code that may have made the condition true calls {@link #wakeAll}. Thread-safe.
 */
public final class WaitQueue {

    private final Scheduler scheduler;
    private final Queue<Thread> waiting = new ConcurrentLinkedQueue<>();

    /**
     * Makes an empty queue.
     *
     * @param scheduler how to wait
     */
    public WaitQueue(Scheduler scheduler) {
        this.scheduler = scheduler;
    }

    /**
     * Waits until a condition is true.
     *
     * @param nanos the longest time
     * @param condition the condition; it can acquire what it asks for, and is called no more after it was true
     * @return whether it became true; {@code false} if the time passed or the thread was interrupted
     */
    public boolean await(long nanos, BooleanSupplier condition) {
        if (condition.getAsBoolean()) {
            return true;
        }
        return waitFor(nanos, condition, false);
    }

    /**
     * Waits until a condition is true, through interrupts; the thread is interrupted afterwards if it was meanwhile.
     *
     * @param nanos the longest time
     * @param condition the condition; it can acquire what it asks for, and is called no more after it was true
     * @return whether it became true; {@code false} if the time passed
     */
    public boolean awaitUninterruptibly(long nanos, BooleanSupplier condition) {
        boolean interrupted = Thread.interrupted();
        try {
            return condition.getAsBoolean() || waitFor(nanos, condition, true);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private boolean waitFor(long nanos, BooleanSupplier condition, boolean throughInterrupts) {
        Thread thread = Thread.currentThread();
        long start = scheduler.nanoTime();
        boolean interrupted = false;
        waiting.add(thread);
        try {
            while (!condition.getAsBoolean()) {
                long left = nanos - (scheduler.nanoTime() - start);
                if (throughInterrupts) {
                    interrupted |= Thread.interrupted();
                }
                if (left <= 0 || thread.isInterrupted()) {
                    return false;
                }
                scheduler.parkNanos(this, left);
            }
            return true;
        } finally {
            waiting.remove(thread);
            if (interrupted) {
                thread.interrupt();
            }
        }
    }

    /** Lets all waiting threads check their conditions again. */
    public void wakeAll() {
        for (Thread thread : waiting) {
            scheduler.unpark(thread);
        }
    }

    /**
     * Returns whether a thread waits.
     *
     * @return {@code true} if there is one
     */
    public boolean isUsed() {
        return !waiting.isEmpty();
    }
}
