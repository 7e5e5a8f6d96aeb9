package io.github.hsmsigner.core;

import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.core.error.SigningUnavailableException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/**
 * The way in to what signs: so many signatures are under way at once, so many more wait their turn, and all others are refused at
 * once, so that a token that is slow or hangs does not take all threads of a program.
 *
 * <p>Keys that share what limits them share a queue: the keys of one token have one, with as many places as the token has sessions, or
 * twice as many: the rest of the signatures that are let in wait for a session, and are at hand when one becomes free. The number of
 * places does not change.
 *
 * <p>Signatures that wait are let in in the order in which they came, and none that comes later is let in before them. Each waits no
 * longer than its deadline and no longer than the queue allows. A signature keeps its place until its signer returns or throws: while
 * signers hang, those that come are refused once they have waited, and at once as soon as the queue is full.
 *
 * <p>A {@link SigningService} enters it for each signature; see {@link SigningService.Builder#queue}. Safe for use by any number of
 * threads at once.
 */
public final class SigningQueue {

    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private final int places;
    private final int maxWaiting;
    private final long maxWaitNanos;

    /** Fair, so that those that wait are let in in their order. */
    private final Semaphore free;

    /**
     * Those that are under way and those that wait. Counted together: one that waits and is let in does so a moment after its place
     * became free, and nobody is to be refused for that.
     */
    private final AtomicInteger present = new AtomicInteger();

    private final LongAdder refused = new LongAdder();

    private SigningQueue(int places, int maxWaiting, long maxWaitNanos) {
        this.places = places;
        this.maxWaiting = maxWaiting;
        this.maxWaitNanos = maxWaitNanos;
        this.free = new Semaphore(places, true);
    }

    /**
     * Makes a queue.
     *
     * @param places how many signatures are under way at once; positive
     * @param maxWaiting how many may wait; not negative, and with 0 none waits
     * @param maxWait how long one may wait; not negative
     * @return the queue, empty
     * @throws InvalidConfigurationException if a number is out of its range
     */
    public static SigningQueue of(int places, int maxWaiting, Duration maxWait) {
        Objects.requireNonNull(maxWait, "maxWait");
        if (places < 1) {
            throw new InvalidConfigurationException("A queue must let in at least one signature: " + places + ".");
        }
        if (maxWaiting < 0) {
            throw new InvalidConfigurationException(
                    "The number of signatures that may wait must not be negative: " + maxWaiting + ".");
        }
        if (maxWait.isNegative()) {
            throw new InvalidConfigurationException(
                    "The time that a signature may wait must not be negative: " + maxWait + ".");
        }
        return new SigningQueue(places, maxWaiting, TimeUnit.NANOSECONDS.convert(maxWait));
    }

    /**
     * Takes a place, which {@link #leave} gives back.
     *
     * @throws SigningUnavailableException if the queue is full, no place became free in time, or the thread is interrupted while it
     *     waits; no place is taken then
     */
    void enter(Deadline deadline) {
        comeIn();
        // A semaphore's tryAcquire() passes by those that wait, be it fair or not.
        if (!free.hasQueuedThreads() && free.tryAcquire()) {
            return;
        }
        boolean entered = false;
        try {
            long limit = Math.min(maxWaitNanos, deadline.remainingNanos());
            entered = free.tryAcquire(limit, TimeUnit.NANOSECONDS);
            if (!entered) {
                long millis = TimeUnit.NANOSECONDS.toMillis(limit);
                throw refusal("No signature could begin within " + millis + " ms: " + load(), null);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw refusal("Waiting for other signatures was interrupted.", e);
        } finally {
            if (!entered) {
                present.decrementAndGet();
            }
        }
    }

    /** Gives a place back. */
    void leave() {
        // In this order: whoever finds room among those present where none may wait finds a free place too.
        free.release();
        present.decrementAndGet();
    }

    /** Whether so many stand in line, which they do a moment after they are counted. For tests. */
    boolean hasWaiting(int threads) {
        return free.getQueueLength() == threads;
    }

    private void comeIn() {
        int others = present.get();
        while (others < room()) {
            if (present.compareAndSet(others, others + 1)) {
                return;
            }
            others = present.get();
        }
        throw refusal("No further signature may wait: " + load(), null);
    }

    private long room() {
        return (long) places + maxWaiting;
    }

    private SigningUnavailableException refusal(String message, Throwable cause) {
        refused.increment();
        return SigningUnavailableException.passing(message, RETRY_AFTER, cause);
    }

    private String load() {
        QueueStatistics now = statistics();
        return now.signing() + " signatures are under way and " + now.waiting() + " wait.";
    }

    /**
     * The numbers of the moment.
     *
     * @return the statistics
     */
    public QueueStatistics statistics() {
        int signing = places - free.availablePermits();
        int waiting = Math.max(0, present.get() - signing);
        return new QueueStatistics(places, signing, maxWaiting, waiting, refused.sum());
    }

    @Override
    public String toString() {
        return "SigningQueue[" + statistics() + "]";
    }
}
