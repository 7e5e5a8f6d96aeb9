package io.github.hsmsigner.pkcs11.session;

import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.error.SigningUnavailableException;
import io.github.hsmsigner.pkcs11.cryptoki.Cryptoki;
import io.github.hsmsigner.pkcs11.cryptoki.CryptokiException;
import io.github.hsmsigner.pkcs11.cryptoki.CryptokiModule;
import io.github.hsmsigner.pkcs11.cryptoki.FaultClass;
import io.github.hsmsigner.pkcs11.health.Pkcs11Events;
import io.github.hsmsigner.pkcs11.health.SessionCloseReason;
import io.github.hsmsigner.pkcs11.health.SessionStatistics;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * The sessions that a token's keys are used in: at most so many, opened when the first caller needs them and few at once, lent to
 * one thread at a time, the one used last first.
 *
 * <p>Login is none of its business: one login holds for all sessions of a token. A session is never asked whether it is still good
 * before it is lent. One that saw an error is closed, because it may still be in the middle of an operation; one of an earlier
 * generation is closed instead of being lent. Owned by the token; safe for use by any number of threads at once.
 */
public final class SessionPool {

    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private final CryptokiModule module;
    private final ModuleCalls calls;
    private final Supplier<Generation> currentGeneration;
    private final OpenSessions sessions;
    private final int capacity;

    /** Fair, so that no caller waits while later ones are served. */
    private final Semaphore permits;

    /** So that a burst of requests does not open sessions in a burst, which has failed on some HSMs. */
    private final Semaphore openings;

    private final AtomicBoolean closed = new AtomicBoolean();

    /** Permits that are held back because the token had no room for that many sessions. */
    private final AtomicInteger withheld = new AtomicInteger();

    /**
     * Makes an empty pool.
     *
     * @param cryptoki the module's functions
     * @param module the share of the module
     * @param calls the threads that call it
     * @param currentGeneration what generation new sessions belong to
     * @param capacity how many sessions there may be at once
     * @param openingsAtOnce how many may be opened at once
     * @param events who hears of sessions
     */
    public SessionPool(
            Cryptoki cryptoki,
            CryptokiModule module,
            ModuleCalls calls,
            Supplier<Generation> currentGeneration,
            int capacity,
            int openingsAtOnce,
            Pkcs11Events events) {
        this.module = module;
        this.calls = calls;
        this.currentGeneration = currentGeneration;
        this.sessions = new OpenSessions(cryptoki, module, events);
        this.capacity = capacity;
        this.permits = new Semaphore(capacity, true);
        this.openings = new Semaphore(openingsAtOnce, true);
    }

    /**
     * Does something in a session.
     *
     * @param deadline until when to wait for a session and for what is done in it
     * @param admission asked when a session is free, right before it is used; throws to refuse
     * @param work what to do
     * @param <T> what comes of it
     * @return what came of it
     * @throws CryptokiException if opening the session or the work failed
     * @throws GenerationEndedException if the module was initialised anew since the current generation began
     * @throws SigningUnavailableException if no session became free, or the work was not done, before the deadline, or the pool is
     *     closed
     */
    public <T> T withSession(Deadline deadline, Runnable admission, SessionWork<T> work)
            throws CryptokiException, GenerationEndedException {
        requireOpen();
        acquire(permits, deadline);
        Use<T> use = new Use<>(work);
        try {
            requireOpen();
            admission.run();
            use.takeSession(deadline);
        } catch (RuntimeException e) {
            use.run();
            throw e;
        }
        return calls.call(deadline, use, use);
    }

    private void acquire(Semaphore semaphore, Deadline deadline) {
        try {
            if (!semaphore.tryAcquire(deadline.remainingNanos(), TimeUnit.NANOSECONDS)) {
                throw SigningUnavailableException.passing(
                        "All " + (capacity - withheld.get()) + " sessions of the token stayed busy until the deadline.",
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

    /**
     * Closes the idle sessions of earlier generations. To be called between entering and leaving the module.
     */
    public void closeStale() {
        sessions.closeStale(currentGeneration.get());
    }

    /**
     * Closes sessions that were not used for a while. To be called between entering and leaving the module.
     *
     * @param keepAlive how long they may be idle
     */
    public void closeIdle(Duration keepAlive) {
        sessions.closeIdle(keepAlive);
    }

    /** Keeps a permit back, but never the last one. */
    private boolean withhold() {
        return withheld.getAndUpdate(n -> Math.min(n + 1, capacity - 1)) < capacity - 1;
    }

    /** Lets the pool grow by one of the sessions that the token had no room for. */
    public void regrow() {
        if (withheld.getAndUpdate(n -> Math.max(0, n - 1)) > 0) {
            permits.release();
        }
    }

    /**
     * How many sessions the pool does without, because the token had no room for them.
     *
     * @return the number
     */
    public int withheld() {
        return withheld.get();
    }

    /**
     * The numbers of the moment.
     *
     * @return the statistics
     */
    public SessionStatistics statistics() {
        int now = capacity - withheld.get();
        return new SessionStatistics(
                now,
                Math.max(0, now - permits.availablePermits()),
                sessions.idle(),
                permits.getQueueLength(),
                calls.hung(),
                sessions.opened(),
                sessions.ended());
    }

    /**
     * Lets nobody in any more, waits a little for sessions in use, and closes all that are idle.
     *
     * @param limit the longest time to wait
     * @return whether nothing is in use any more
     */
    public boolean drain(Duration limit) {
        closed.set(true);
        boolean drained = false;
        try {
            int lent = capacity - withheld.get();
            drained = permits.tryAcquire(lent, limit.toNanos(), TimeUnit.NANOSECONDS);
            if (drained) {
                // Callers that were on their way in when the door closed find it closed, instead of waiting for their
                // deadline.
                permits.release(lent);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return drained;
    }

    /** Closes the idle sessions of a drained pool. To be called between entering and leaving the module. */
    public void closeAll() {
        sessions.closeAll();
    }

    /** One use of a permit, from taking to giving back; what gives it back runs exactly once, on the thread that ends the use. */
    private final class Use<T> implements ModuleWork<T>, Runnable {

        private final SessionWork<T> work;
        private Session session;
        private boolean opening;
        private boolean noRoom;

        Use(SessionWork<T> work) {
            this.work = work;
        }

        /** Waits on the caller's thread, which can stop waiting, rather than on one of those that call the module. */
        void takeSession(Deadline deadline) {
            session = sessions.takeIdle();
            if (session == null) {
                acquire(openings, deadline);
                session = sessions.takeIdle();
                opening = session == null;
                if (!opening) {
                    openings.release();
                }
            }
        }

        @Override
        public T run(BooleanSupplier abandoned) throws CryptokiException, GenerationEndedException {
            Generation generation = currentGeneration.get();
            try {
                while (session != null && session.generation() != generation) {
                    sessions.close(session, SessionCloseReason.GENERATION_ENDED);
                    session = sessions.takeIdle();
                }
                if (generation == null || generation.epoch() != module.epoch()) {
                    throw new GenerationEndedException();
                }
                if (session == null) {
                    session = sessions.open(generation);
                }
            } catch (CryptokiException e) {
                noRoom = e.faultClass() == FaultClass.TOO_MANY_SESSIONS;
                throw e;
            } finally {
                opened();
            }
            return inSession(abandoned);
        }

        private T inSession(BooleanSupplier abandoned) throws CryptokiException {
            Session used = session;
            session = null;
            boolean sound = false;
            try {
                T result = work.in(used);
                sound = true;
                return result;
            } finally {
                if (!sound) {
                    sessions.close(used, SessionCloseReason.ERROR);
                } else if (abandoned.getAsBoolean()) {
                    sessions.close(used, SessionCloseReason.HUNG);
                } else if (closed.get()) {
                    sessions.close(used, SessionCloseReason.TOKEN_CLOSED);
                } else if (used.generation() != currentGeneration.get()) {
                    sessions.close(used, SessionCloseReason.GENERATION_ENDED);
                } else {
                    sessions.keep(used);
                }
            }
        }

        private void opened() {
            if (opening) {
                opening = false;
                openings.release();
            }
        }

        @Override
        public void run() {
            opened();
            if (session != null) {
                // Taken, but never used.
                sessions.putBack(session);
                session = null;
            }
            if (!noRoom || !withhold()) {
                permits.release();
            }
        }
    }
}
