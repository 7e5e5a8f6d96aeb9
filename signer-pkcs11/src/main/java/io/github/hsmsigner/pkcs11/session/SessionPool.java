package io.github.hsmsigner.pkcs11.session;

import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.error.SigningUnavailableException;
import io.github.hsmsigner.pkcs11.cryptoki.Cryptoki;
import io.github.hsmsigner.pkcs11.cryptoki.CryptokiException;
import java.time.Duration;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sessions that a token's keys are used in: at most so many, opened when the first caller needs them, lent to one thread at a
 * time, the one used last first.
 *
 * <p>Login is none of its business: one login holds for all sessions of a token, as long as the token's owner keeps a session of
 * its own open. A session that saw an error is closed, because it may still be in the middle of an operation. Owned by the token;
 * safe for use by any number of threads at once.
 */
public final class SessionPool {

    private static final Logger LOG = LoggerFactory.getLogger(SessionPool.class);
    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);
    private static final Duration DRAIN_TIME = Duration.ofSeconds(10);

    private final Cryptoki cryptoki;
    private final long slotId;
    private final int capacity;

    /** Fair, so that no caller waits while later ones are served. */
    private final Semaphore permits;

    private final ConcurrentLinkedDeque<Long> idle = new ConcurrentLinkedDeque<>();
    private final AtomicBoolean closed = new AtomicBoolean();

    /**
     * Makes an empty pool.
     *
     * @param cryptoki the module
     * @param slotId the slot of the token
     * @param capacity how many sessions there may be at once
     */
    public SessionPool(Cryptoki cryptoki, long slotId, int capacity) {
        this.cryptoki = cryptoki;
        this.slotId = slotId;
        this.capacity = capacity;
        this.permits = new Semaphore(capacity, true);
    }

    /**
     * Does something in a session.
     *
     * @param deadline until when to wait for a session
     * @param work what to do
     * @param <T> what comes of it
     * @return what came of it
     * @throws CryptokiException if opening the session or the work failed
     * @throws SigningUnavailableException if no session became free before the deadline, or the pool is closed
     */
    public <T> T withSession(Deadline deadline, SessionWork<T> work) throws CryptokiException {
        acquirePermit(deadline);
        try {
            requireOpen();
            Long session = idle.pollFirst();
            return use(session == null ? cryptoki.openSession(slotId) : session, work);
        } finally {
            permits.release();
        }
    }

    private void acquirePermit(Deadline deadline) {
        requireOpen();
        try {
            if (!permits.tryAcquire(deadline.remainingNanos(), TimeUnit.NANOSECONDS)) {
                throw SigningUnavailableException.passing(
                        "All " + capacity + " sessions of the token stayed busy until the deadline.",
                        RETRY_AFTER,
                        null);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw SigningUnavailableException.passing("Waiting for a session was interrupted.", RETRY_AFTER, e);
        }
    }

    private void requireOpen() {
        if (closed.get()) {
            throw SigningUnavailableException.lasting("The token is closed.", null);
        }
    }

    private <T> T use(long session, SessionWork<T> work) throws CryptokiException {
        boolean sound = false;
        try {
            T result = work.in(session);
            sound = true;
            return result;
        } finally {
            if (sound && !closed.get()) {
                idle.addFirst(session);
            } else {
                closeSession(session);
            }
        }
    }

    private void closeSession(long session) {
        try {
            cryptoki.closeSession(session);
        } catch (CryptokiException e) {
            LOG.debug("A session could not be closed: {}.", e.getMessage());
        }
    }

    /**
     * Lets nobody in any more, waits a little for sessions in use, and closes all that are idle.
     *
     * @return whether nothing is in use any more, so that the module can be finalised
     */
    public boolean drain() {
        closed.set(true);
        boolean drained = false;
        try {
            drained = permits.tryAcquire(capacity, DRAIN_TIME.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        for (Long session = idle.pollFirst(); session != null; session = idle.pollFirst()) {
            closeSession(session);
        }
        if (drained) {
            // Callers that were on their way in when the door closed find it closed, instead of waiting for their
            // deadline.
            permits.release(capacity);
        }
        return drained;
    }
}
