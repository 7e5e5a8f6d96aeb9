package io.github.hsmsigner.core;

import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.core.error.SigningUnavailableException;
import io.github.hsmsigner.core.error.SigningUnavailableException.Reason;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * The way in to what signs: so many signatures are under way at once, so many more wait their turn, and all others are refused at
 * once, so that a token that is slow or hangs does not take all threads of a program.
 *
 * <p>Keys that share what limits them share a queue: the keys of one token have one, with as many places as the token has sessions, or
 * twice as many: the rest of the signatures that are let in wait for a session, and are at hand when one becomes free. The number of
 * places does not change.
 *
 * <p>Signatures that wait are let in in the order in which they came, and none that comes later is let in before them: a place that
 * becomes free is given to the first in line, which counts as under way before its thread has woken. Each waits no
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

    private final ReentrantLock lock = new ReentrantLock();
    private final Queue<Waiting> line = new ArrayDeque<>();
    private final LongAdder refused = new LongAdder();

    /** Those that have a place, whether or not their threads have woken; as many as there are places while somebody waits. */
    private int signing;

    private SigningQueue(int places, int maxWaiting, long maxWaitNanos) {
        this.places = places;
        this.maxWaiting = maxWaiting;
        this.maxWaitNanos = maxWaitNanos;
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
        Optional<Waiting> inLine = takePlaceOrWait();
        if (inLine.isPresent()) {
            await(inLine.get(), Math.min(maxWaitNanos, deadline.remainingNanos()));
        }
    }

    /** Gives the place to the signature that has waited longest, if one waits. */
    void leave() {
        Waiting next;
        lock.lock();
        try {
            next = line.poll();
            if (next == null) {
                signing--;
                return;
            }
            next.hasPlace = true;
        } finally {
            lock.unlock();
        }
        LockSupport.unpark(next.thread);
    }

    private Optional<Waiting> takePlaceOrWait() {
        lock.lock();
        try {
            if (signing < places) {
                signing++;
                return Optional.empty();
            }
            if (line.size() < maxWaiting) {
                Waiting last = new Waiting(Thread.currentThread());
                line.add(last);
                return Optional.of(last);
            }
        } finally {
            lock.unlock();
        }
        throw refusal(Reason.BUSY, "No further signature may wait: " + load());
    }

    private void await(Waiting self, long limit) {
        long start = System.nanoTime();
        while (!self.hasPlace) {
            long left = limit - (System.nanoTime() - start);
            if (self.thread.isInterrupted()) {
                giveUp(self, Reason.LATE, () -> "Waiting for other signatures was interrupted.");
            } else if (left <= 0) {
                long millis = TimeUnit.NANOSECONDS.toMillis(limit);
                giveUp(self, Reason.BUSY, () -> "No signature could begin within " + millis + " ms: " + load());
            } else {
                LockSupport.parkNanos(this, left);
            }
        }
    }

    /** Throws, unless it was given a place at this very moment. */
    private void giveUp(Waiting self, Reason reason, Supplier<String> text) {
        String message = text.get();
        lock.lock();
        try {
            if (!line.remove(self)) {
                return;
            }
        } finally {
            lock.unlock();
        }
        throw refusal(reason, message);
    }

    private SigningUnavailableException refusal(Reason reason, String message) {
        refused.increment();
        return SigningUnavailableException.passing(reason, message, RETRY_AFTER, null);
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
        lock.lock();
        try {
            return new QueueStatistics(places, signing, maxWaiting, line.size(), refused.sum());
        } finally {
            lock.unlock();
        }
    }

    @Override
    public String toString() {
        return "SigningQueue[" + statistics() + "]";
    }

    /** A signature that waits for a place, and the thread that makes it. */
    private static final class Waiting {

        private final Thread thread;

        /** Written with the lock held. */
        private volatile boolean hasPlace;

        Waiting(Thread thread) {
            this.thread = thread;
        }
    }
}
