package io.github.hsmsigner.pkcs11.internal.scheduling;

import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;

/**
 * The threads of one owner: as many as there are tasks at once, and one for the timer. They are daemons, because a call
 * in a PKCS#11 module may never return. Thread-safe.
 */
public interface TaskThreads extends AutoCloseable {

    /**
     * Runs a task on a separate thread.
     *
     * @param task the task
     * @throws RejectedExecutionException if the threads are closed
     * @throws OutOfMemoryError if the process can start no further thread
     */
    void execute(Runnable task);

    /**
     * Runs a short task on the thread of the timer, once. An exception of the task is logged.
     *
     * @param delay the time until then
     * @param task the task; it must not block
     * @throws RejectedExecutionException if the timer is closed
     */
    void schedule(Duration delay, Runnable task);

    /** Drops all tasks of the timer, and accepts no further ones. */
    void closeTimer();

    /**
     * Returns whether the timer accepts no further tasks.
     *
     * @return {@code true} after {@link #closeTimer} or {@link #close}
     */
    boolean isTimerClosed();

    /** Accepts no further tasks. Tasks that have begun continue, and their threads end after them. */
    @Override
    void close();
}
