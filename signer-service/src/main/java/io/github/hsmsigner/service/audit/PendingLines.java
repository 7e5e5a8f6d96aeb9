package io.github.hsmsigner.service.audit;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** The lines that wait to be written, of which there is only room for so many. Safe for use by several threads. */
final class PendingLines {

    /** The results of an attempt to add a line. */
    enum Admission {
        ADMITTED,
        FULL,
        CLOSED
    }

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition notEmpty = lock.newCondition();
    private final Condition notFull = lock.newCondition();
    private final Queue<PendingLine> lines = new ArrayDeque<>();
    private final int capacity;
    private boolean closed;

    PendingLines(int capacity) {
        this.capacity = capacity;
    }

    /** Adds a line, and waits for room for a limited time. */
    Admission add(PendingLine line, Duration limit) {
        long end = System.nanoTime() + limit.toNanos();
        boolean interrupted = false;
        lock.lock();
        try {
            while (!closed && lines.size() >= capacity) {
                long left = end - System.nanoTime();
                if (left <= 0) {
                    return Admission.FULL;
                }
                try {
                    notFull.await(left, TimeUnit.NANOSECONDS);
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
            if (closed) {
                return Admission.CLOSED;
            }
            lines.add(line);
            notEmpty.signal();
            return Admission.ADMITTED;
        } finally {
            lock.unlock();
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Waits for lines for a limited time, and takes the lines that have arrived. */
    List<PendingLine> take(int most, Duration limit) {
        List<PendingLine> taken = new ArrayList<>();
        long end = System.nanoTime() + limit.toNanos();
        lock.lock();
        try {
            long left = limit.toNanos();
            while (lines.isEmpty() && !closed && left > 0) {
                left = awaitNotEmpty(end);
            }
            while (!lines.isEmpty() && taken.size() < most) {
                PendingLine line = lines.remove();
                if (line.take()) {
                    taken.add(line);
                }
            }
            notFull.signalAll();
            return taken;
        } finally {
            lock.unlock();
        }
    }

    /** Returns the time that is left. */
    private long awaitNotEmpty(long end) {
        try {
            notEmpty.await(end - System.nanoTime(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            // No thread interrupts the writer, and the record must not depend on it.
        }
        return end - System.nanoTime();
    }

    /** Returns whether there is no line, and there never will be one. */
    boolean drained() {
        lock.lock();
        try {
            return closed && lines.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    /** Admits no further lines. The writer can still take the present ones. */
    void close() {
        lock.lock();
        try {
            closed = true;
            notEmpty.signalAll();
            notFull.signalAll();
        } finally {
            lock.unlock();
        }
    }

    boolean closed() {
        lock.lock();
        try {
            return closed;
        } finally {
            lock.unlock();
        }
    }
}
