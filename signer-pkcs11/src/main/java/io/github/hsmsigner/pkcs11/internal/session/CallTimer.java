package io.github.hsmsigner.pkcs11.internal.session;

import java.util.concurrent.atomic.AtomicLong;

/** The time of the call that one thread makes in a module, so that another thread notices a call that hangs. Thread-safe. */
final class CallTimer {

    private static final long IDLE = 0;

    /** The start of the call under way, negative once the call counts as hanging. */
    private final AtomicLong start = new AtomicLong(IDLE);

    /** A call begins; the time is positive. */
    void begin(long time) {
        start.set(time);
    }

    /** The call ended; returns whether it counted as hanging. */
    boolean end() {
        return start.getAndSet(IDLE) < 0;
    }

    /** Marks a call that began before a time as hanging; returns whether it was not marked before. */
    boolean markIfStartedBefore(long time) {
        long seen = start.get();
        return seen > IDLE && seen < time && start.compareAndSet(seen, -seen);
    }
}
