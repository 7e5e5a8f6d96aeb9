package io.github.hsmsigner.core.failover;

import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.Signer;
import io.github.hsmsigner.core.error.SigningUnavailableException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One of the signers, and whether it worked when it was last tried. Thread-safe. */
final class Member {

    private static final Logger LOG = LoggerFactory.getLogger(Member.class);

    private final Signer signer;
    private final long firstPause;
    private final long longestPause;
    private final LongSupplier nanoTime;
    private final AtomicInteger inFlight = new AtomicInteger();
    private final AtomicLong signatures = new AtomicLong();
    private volatile boolean usable = true;
    private long pause;
    private long nextTry;

    Member(Signer signer, Duration firstPause, Duration longestPause, LongSupplier nanoTime) {
        this.signer = signer;
        this.firstPause = firstPause.toNanos();
        this.longestPause = longestPause.toNanos();
        this.nanoTime = nanoTime;
    }

    boolean isUsable() {
        return usable;
    }

    int inFlight() {
        return inFlight.get();
    }

    /** Counts the signatures of all requests, so that a request that waits can see whether the signer makes progress. */
    long signatures() {
        return signatures.get();
    }

    /**
     * Returns whether this caller may try the signer again now. The next caller may do so only after a longer pause.
     */
    synchronized boolean claimTry() {
        if (usable || nanoTime.getAsLong() - nextTry < 0) {
            return false;
        }
        pause = Math.min(2 * pause, longestPause);
        nextTry = nanoTime.getAsLong() + pause;
        return true;
    }

    byte[] sign(FailoverSigner.Signing signing, Deadline deadline) {
        inFlight.incrementAndGet();
        try {
            byte[] signature = signing.with(signer, deadline);
            signatures.incrementAndGet();
            if (!usable) {
                worksAgain();
            }
            return signature;
        } catch (SigningUnavailableException e) {
            if (isFault(e, deadline)) {
                fails(e.getMessage());
            }
            throw e;
        } finally {
            inFlight.decrementAndGet();
        }
    }

    /** After the deadline, or for an interrupted caller, a signer that works has no other answer either. */
    private static boolean isFault(SigningUnavailableException error, Deadline deadline) {
        return switch (error.reason()) {
            case BUSY, LATE -> false;
            case DOWN -> !deadline.hasPassed() && !Thread.currentThread().isInterrupted();
            case PIN_REJECTED, KEY_MISSING -> true;
        };
    }

    private synchronized void worksAgain() {
        if (!usable) {
            usable = true;
            LOG.info("{} works again.", signer);
        }
    }

    synchronized void fails(String reason) {
        if (usable) {
            usable = false;
            pause = firstPause;
            nextTry = nanoTime.getAsLong() + pause;
            LOG.warn("{} is left out for now: {}", signer, reason);
        }
    }

    @Override
    public String toString() {
        return signer.toString();
    }
}
