package io.github.hsmsigner.core.internal.fetch;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Decides which failures of a peer are logged: the first one, and one each minute while the outage lasts. Thread-safe.
 */
public final class PeerOutage {

    private static final long REMINDER_NANOS = Duration.ofMinutes(1).toNanos();

    private final LongSupplier nanoTime;
    private boolean active;
    private long lastLogged;
    private long failures;

    /** Makes an outage that has not begun. */
    public PeerOutage() {
        this(System::nanoTime);
    }

    /** With another clock, for tests. */
    PeerOutage(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /**
     * Counts a failure.
     *
     * @return whether to log it
     */
    public synchronized boolean failed() {
        long now = nanoTime.getAsLong();
        failures++;
        if (active && now - lastLogged < REMINDER_NANOS) {
            return false;
        }
        active = true;
        lastLogged = now;
        return true;
    }

    /**
     * Ends the outage, if one is active.
     *
     * @return how many failures there were; 0 if no outage was active
     */
    public synchronized long succeeded() {
        long ended = failures;
        active = false;
        failures = 0;
        return ended;
    }

    /**
     * Returns the number of failures since the outage began.
     *
     * @return the number; 0 if no outage is active
     */
    public synchronized long failures() {
        return failures;
    }
}
