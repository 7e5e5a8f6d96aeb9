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
 * <p>Keys that share what limits them share a queue: the keys of one token have one, with as many places as the token has sessions.
 * The number of places does not change. If a token gives fewer sessions than it has places, the rest of the signatures that are let in
 * wait for a session.
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

    private final AtomicInteger waiting = new AtomicInteger();
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
        // A semaphore's tryAcquire() passes by those that wait, be it fair or not.
        if (!free.hasQueuedThreads() && free.tryAcquire()) {
            return;
        }
        startWaiting();
        try {
            long limit = Math.min(maxWaitNanos, deadline.remainingNanos());
            if (!free.tryAcquire(limit, TimeUnit.NANOSECONDS)) {
                throw refusal(
                        "No signature could begin within " + TimeUnit.NANOSECONDS.toMillis(limit) + " ms: " + load(),
                        null);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw refusal("Waiting for other signatures was interrupted.", e);
        } finally {
            waiting.decrementAndGet();
        }
    }

    /** Gives a place back. */
    void leave() {
        free.release();
    }

    private void startWaiting() {
        int others = waiting.get();
        while (others < maxWaiting) {
            if (waiting.compareAndSet(others, others + 1)) {
                return;
            }
            others = waiting.get();
        }
        throw refusal("No further signature may wait: " + load(), null);
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
        return new QueueStatistics(places, places - free.availablePermits(), maxWaiting, waiting.get(), refused.sum());
    }

    @Override
    public String toString() {
        return "SigningQueue[" + statistics() + "]";
    }
}
