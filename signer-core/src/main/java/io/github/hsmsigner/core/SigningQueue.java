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
 * Limits concurrent signatures. Each signature in progress holds a permit, a limited number waits, and all others are
 * refused at once. A token that is slow or hangs therefore does not take all threads of a program.
 *
 * <p>Keys with a common limit share a queue. The keys of one token have one queue, with as many permits as the token
 * has sessions, or twice as many. Signatures that hold a permit but no session wait for one, and take it as soon as it
 * becomes free. The number of permits does not change.
 *
 * <p>Waiting signatures get permits in the order of their arrival, and no later signature overtakes them. A permit that
 * becomes free is given to the first in line, which counts as in progress before its thread has woken. No signature
 * waits longer than its deadline, or longer than the queue allows. A signature keeps its permit until its signer
 * returns or throws. While signers hang, new signatures are refused after their wait, and at once when the queue is
 * full.
 *
 * <p>A {@link SigningService} enters it for each signature; see {@link SigningService.Builder#queue}. Thread-safe.
 */
public final class SigningQueue {

    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private final int places;
    private final int maxWaiting;
    private final long maxWaitNanos;

    private final ReentrantLock lock = new ReentrantLock();
    private final Queue<Waiting> line = new ArrayDeque<>();
    private final LongAdder refused = new LongAdder();

    /**
     * Signatures with a permit, whether or not their threads have woken; equal to the number of permits while one
     * waits.
     */
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
        Statistics now = statistics();
        return now.signing() + " signatures are under way and " + now.waiting() + " wait.";
    }

    /**
     * Returns the current statistics.
     *
     * @return the statistics
     */
    public Statistics statistics() {
        lock.lock();
        try {
            return new Statistics(places, signing, maxWaiting, line.size(), refused.sum());
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

    /**
     * The numbers of a queue at one moment. They are read one after the other, while the queue is in use. Immutable.
     *
     * @param places how many signatures may be under way at once
     * @param signing how many are under way
     * @param maxWaiting how many may wait
     * @param waiting how many wait
     * @param refused how many were refused since the queue was made: at once, after they had waited, or while they did
     */
    public record Statistics(int places, int signing, int maxWaiting, int waiting, long refused) {}
}
