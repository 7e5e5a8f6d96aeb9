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
import java.util.Optional;
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

    private final Turns turns;

    /** So that a burst of requests does not open sessions in a burst, which has failed on some HSMs. */
    private final Semaphore openings;

    private final AtomicBoolean closed = new AtomicBoolean();

    /** Turns that are held back because the token had no room for that many sessions. */
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
        this.turns = new Turns(capacity);
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
        ModuleCall<T> call = calls.call(deadline, new Use<>(admission, work));
        if (turns.takeOrWait(call)) {
            call.begin();
        }
        return call.await();
    }

    private SigningUnavailableException allBusy() {
        return SigningUnavailableException.passing(
                "All " + (capacity - withheld.get()) + " sessions of the token stayed busy until the deadline.",
                RETRY_AFTER,
                null);
    }

    private static SigningUnavailableException interrupted(InterruptedException cause) {
        return SigningUnavailableException.passing("Waiting for a session was interrupted.", RETRY_AFTER, cause);
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

    /** Keeps a turn back, but never the last one. */
    private boolean withhold() {
        return withheld.getAndUpdate(n -> Math.min(n + 1, capacity - 1)) < capacity - 1;
    }

    /** Lets the pool grow by one of the sessions that the token had no room for. */
    public void regrow() {
        if (withheld.getAndUpdate(n -> Math.max(0, n - 1)) > 0) {
            calls.start(turns.give());
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
                Math.max(0, now - turns.free()),
                sessions.idle(),
                turns.waiting(),
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
        try {
            // Calls that wait for a turn are refused as it comes.
            return turns.awaitFree(capacity - withheld.get(), limit);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Closes the idle sessions of a drained pool. To be called between entering and leaving the module. */
    public void closeAll() {
        sessions.closeAll();
    }

    /** One use of a session, from the turn for it to its end. Used by the thread that serves it, but for giving up. */
    private final class Use<T> implements ModuleWork<T> {

        private final Runnable admission;
        private final SessionWork<T> work;
        private Session session;
        private boolean opening;
        private boolean noRoom;

        Use(Runnable admission, SessionWork<T> work) {
            this.admission = admission;
            this.work = work;
        }

        @Override
        public Optional<SigningUnavailableException> giveUp(ModuleCall<T> call, boolean late) {
            if (!turns.leave(call)) {
                return Optional.empty();
            }
            return Optional.of(late ? allBusy() : interrupted(null));
        }

        @Override
        public void prepare(Deadline deadline) {
            requireOpen();
            admission.run();
            session = sessions.takeIdle();
            if (session == null) {
                awaitOpening(deadline);
                session = sessions.takeIdle();
                opening = session == null;
                if (!opening) {
                    openings.release();
                }
            }
        }

        private void awaitOpening(Deadline deadline) {
            try {
                if (!openings.tryAcquire(deadline.remainingNanos(), TimeUnit.NANOSECONDS)) {
                    throw SigningUnavailableException.passing(
                            "Other sessions of the token were being opened until the deadline.", RETRY_AFTER, null);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw interrupted(e);
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
        public void returnedLate() {
            work.returnedLate();
        }

        @Override
        public ModuleCall<?> end() {
            opened();
            if (session != null) {
                // Taken, but never used.
                sessions.putBack(session);
                session = null;
            }
            return noRoom && withhold() ? null : turns.give();
        }
    }
}
