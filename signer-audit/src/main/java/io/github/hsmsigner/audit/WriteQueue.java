package io.github.hsmsigner.audit;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The lines that wait for the writer. The queue has a limit. Thread-safe. */
final class WriteQueue {

    /** A line on its way to the disk. */
    static final class Entry {

        private final byte[] body;
        private final @Nullable Consumer<Throwable> onFailure;
        private final CountDownLatch done = new CountDownLatch(1);
        private volatile @Nullable Throwable failure;
        private volatile boolean abandoned;

        /** Returns a line that a request waits for. */
        Entry(byte[] body) {
            this(body, null);
        }

        /** Returns a line that no request waits for. The writer runs the action if the line cannot be written. */
        Entry(byte[] body, @Nullable Consumer<Throwable> onFailure) {
            this.body = body;
            this.onFailure = onFailure;
        }

        byte[] body() {
            return body;
        }

        boolean isAwaited() {
            return onFailure == null;
        }

        void succeeded() {
            done.countDown();
        }

        void failed(Throwable cause) {
            failure = cause;
            done.countDown();
        }

        void reportFailure() {
            if (onFailure != null) {
                onFailure.accept(failure);
            }
        }

        /**
         * Waits until the line is on disk or has failed. Returns {@code false} if the time is over; the writer then
         * does not write the line, unless it has already taken it.
         */
        boolean await(Duration limit) {
            boolean inTime = uninterruptibly(limit, left -> done.await(left, TimeUnit.NANOSECONDS));
            abandoned = !inTime;
            return inTime;
        }

        /** Returns why the line could not be written; empty if it is on disk. */
        Optional<Throwable> failure() {
            return Optional.ofNullable(failure);
        }
    }

    private final Queue<Entry> entries = new ArrayDeque<>();
    private final int capacity;
    private boolean closed;

    WriteQueue(int capacity) {
        this.capacity = capacity;
    }

    /** Adds a line. Waits for a slot for a limited time. Returns {@code false} if there is none, or it is closed. */
    synchronized boolean add(Entry entry, Duration limit) {
        if (!await(limit, () -> closed || entries.size() < capacity) || closed) {
            return false;
        }
        entries.add(entry);
        if (entries.size() == 1) {
            notifyAll();
        }
        return true;
    }

    /** Waits for lines for a limited time, and takes the lines that have arrived. */
    synchronized List<Entry> take(int maxEntries, Duration limit) {
        List<Entry> taken = new ArrayList<>();
        await(limit, () -> closed || !entries.isEmpty());
        while (!entries.isEmpty() && taken.size() < maxEntries) {
            Entry entry = entries.remove();
            if (!entry.abandoned) {
                taken.add(entry);
            }
        }
        notifyAll();
        return taken;
    }

    private boolean await(Duration limit, BooleanSupplier condition) {
        return uninterruptibly(limit, nanos -> {
            long end = System.nanoTime() + nanos;
            for (long left = nanos; left > 0 && !condition.getAsBoolean(); left = end - System.nanoTime()) {
                TimeUnit.NANOSECONDS.timedWait(this, left);
            }
            return condition.getAsBoolean();
        });
    }

    /** Returns whether there is no line, and there never will be one. */
    synchronized boolean isDrained() {
        return closed && entries.isEmpty();
    }

    /** Admits no further lines. The writer can still take the present ones. */
    synchronized void close() {
        closed = true;
        notifyAll();
    }

    synchronized boolean isClosed() {
        return closed;
    }

    /** A wait for at most a number of nanoseconds. */
    interface TimedWait {
        boolean await(long nanos) throws InterruptedException;
    }

    /**
     * Waits to the end even if the thread is interrupted, and restores the interrupt. An interrupt means that the
     * service stops, and accepted requests must be finished.
     */
    static boolean uninterruptibly(Duration limit, TimedWait wait) {
        long end = System.nanoTime() + limit.toNanos();
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return wait.await(end - System.nanoTime());
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
