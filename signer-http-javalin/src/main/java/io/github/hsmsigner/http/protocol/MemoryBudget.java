package io.github.hsmsigner.http.protocol;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/**
 * Limits the memory that all requests together take for texts that exceed the buffer of the JSON parser, and for bodies
 * that a server reads ahead. Contents are hashed while they arrive and take none. Thread-safe.
 */
public final class MemoryBudget {

    /** The default size of a budget, in bytes. It fits into a heap of 64 MiB with the default limits. */
    public static final long DEFAULT_BYTES = 4L * 1024 * 1024;

    /** The memory that each request has apart from the budget. */
    static final long FREE_BYTES = 8 * 1024;

    private final long bytes;
    private final AtomicLong used = new AtomicLong();
    private final LongAdder refused = new LongAdder();

    /**
     * Creates a budget.
     *
     * @param bytes the most memory that can be in use at the same time
     * @throws IllegalArgumentException if the number is negative
     */
    public MemoryBudget(long bytes) {
        if (bytes < 0) {
            throw new IllegalArgumentException("A memory budget must not be negative: " + bytes);
        }
        this.bytes = bytes;
    }

    /** {@return the bytes that are in use} */
    public long used() {
        return used.get();
    }

    /** {@return the number of requests that were refused because the budget was in use} */
    public long refused() {
        return refused.sum();
    }

    /** {@return a new share for one request, to be closed when the request ends} */
    public Share newShare() {
        return new Share();
    }

    /** The memory that one request holds. Not thread-safe. */
    public final class Share implements AutoCloseable {

        private long held;
        private long taken;

        private Share() {}

        /**
         * Takes more memory if it is left.
         *
         * @param more bytes
         * @return whether the request can use the memory
         */
        public boolean tryTake(long more) {
            if (more > 0 && used.addAndGet(more) > bytes) {
                used.addAndGet(-more);
                return false;
            }
            held += Math.max(0, more);
            return true;
        }

        /**
         * Takes more memory if half of the budget is left afterwards. Optional uses thus leave the other half to uses
         * that need the memory.
         *
         * @param more bytes
         * @return whether the request can use the memory
         */
        public boolean tryTakeSpare(long more) {
            return used.get() + more <= bytes / 2 && tryTake(more);
        }

        /**
         * Takes more memory. The first {@value #FREE_BYTES} bytes of a request are not part of the budget, so that
         * usual requests are served while others use all of it.
         *
         * @param more bytes
         * @throws ExhaustedException if the memory is not left
         */
        public void take(long more) {
            long free = Math.min(more, FREE_BYTES - taken);
            taken += free;
            if (!tryTake(more - free)) {
                refused.increment();
                throw new ExhaustedException(bytes);
            }
        }

        /** Returns the memory to the budget. */
        @Override
        public void close() {
            used.addAndGet(-held);
            held = 0;
        }
    }

    /** The texts of a request do not fit into the budget at the moment. */
    public static final class ExhaustedException extends RuntimeException {

        private static final long serialVersionUID = 1L;

        private ExhaustedException(long bytes) {
            super("The texts of all requests together would take more than " + bytes + " bytes of memory.");
        }
    }
}
