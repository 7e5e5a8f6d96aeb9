package io.github.hsmsigner.pkcs11.internal.session;

import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.error.SigningUnavailableException;
import io.github.hsmsigner.core.error.SigningUnavailableException.Reason;
import io.github.hsmsigner.pkcs11.health.SessionCloseReason;
import io.github.hsmsigner.pkcs11.internal.cryptoki.CryptokiException;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One use of a session for a caller, who waits for it until the deadline. The thread that has a session serves it.
 *
 * @param <T> the result
 */
final class SessionCall<T> implements Runnable {

    private static final int UNDER_WAY = 0;
    private static final int DONE = 1;
    private static final int ABANDONED = 2;

    /** Failures in a row after which a session is replaced although the error does not concern it. */
    private static final int TOLERATED_FAILURES = 1;

    private final SessionPool pool;
    private final ModuleThreads threads;
    private final Deadline deadline;
    private final Runnable admission;
    private final SessionWork<T> work;
    private final Thread caller = Thread.currentThread();
    private final AtomicInteger state = new AtomicInteger(UNDER_WAY);

    /** Written before the call is started. */
    private Session session;

    private T result;
    private Throwable failure;

    SessionCall(SessionPool pool, ModuleThreads threads, Deadline deadline, Runnable admission, SessionWork<T> work) {
        this.pool = pool;
        this.threads = threads;
        this.deadline = deadline;
        this.admission = admission;
        this.work = work;
    }

    void take(Session given) {
        session = given;
    }

    /** Serves it, and then the calls that waited for its session: the thread is awake. */
    @Override
    public void run() {
        SessionCall<?> call = this;
        while (call != null) {
            call = call.serve();
        }
    }

    /** Serves it on a thread that has entered nothing; returns the call that has the session now, if one does. */
    SessionCall<?> serve() {
        Optional<SessionCloseReason> close = Optional.empty();
        try {
            admission.run();
            result = inModule();
            session.outcome(false);
        } catch (Throwable e) {
            // It belongs to the caller, who throws it.
            failure = e;
            close = reasonToClose(e);
        }
        SessionCall<?> next = pool.release(session, close);
        if (!finish() && failure == null) {
            work.returnedLate();
        }
        return next;
    }

    private T inModule() throws CryptokiException, GenerationEndedException {
        long entry = threads.enterModule(deadline.remainingNanos());
        threads.begin(session.timer());
        long start = threads.scheduler().nanoTime();
        try {
            if (!pool.isCurrent(session)) {
                throw new GenerationEndedException();
            }
            return work.in(session);
        } finally {
            threads.end(session.timer(), entry);
            pool.used(threads.scheduler().nanoTime() - start);
        }
    }

    /** A session may still be in the middle of an operation after an error. Some errors have ended the operation. */
    private Optional<SessionCloseReason> reasonToClose(Throwable e) {
        if (e instanceof SigningUnavailableException unavailable && unavailable.reason() != Reason.KEY_MISSING) {
            // The session was not used, or the caller is refused for another reason.
            return Optional.empty();
        }
        if (e instanceof KeyNotReadyException || e instanceof PinRequiredException) {
            return Optional.empty();
        }
        boolean harmless = e instanceof CryptokiException error
                && switch (error.faultClass()) {
                    // C_Sign ends its operation with every error but CKR_BUFFER_TOO_SMALL (PKCS#11 3.0, section
                    // 5.13.2).
                    case THROTTLED -> true;
                    case STALE_HANDLE, CALLER_ERROR -> error.function().equals("C_SignInit");
                    case NONE, SESSION_DEAD, NOT_LOGGED_IN, CREDENTIALS, TOO_MANY_SESSIONS, DEVICE_FAULT, MODULE_DEAD ->
                        false;
                };
        return harmless && session.outcome(true) <= TOLERATED_FAILURES
                ? Optional.empty()
                : Optional.of(SessionCloseReason.ERROR);
    }

    /** Returns its session without a use of it. */
    SessionCall<?> returnSession() {
        return pool.release(session, Optional.empty());
    }

    /** Ends it without serving it. */
    void fail(Throwable reason) {
        failure = reason;
        finish();
    }

    /** Returns whether the caller still waits. */
    private boolean finish() {
        boolean awaited = state.compareAndSet(UNDER_WAY, DONE);
        if (caller != Thread.currentThread()) {
            threads.scheduler().unpark(caller);
        }
        return awaited;
    }

    /**
     * Waits for a session and for the result.
     *
     * @throws SigningUnavailableException if that takes until the deadline, or the thread was interrupted
     */
    T await() throws CryptokiException, GenerationEndedException {
        while (state.get() == UNDER_WAY) {
            long remaining = deadline.remainingNanos();
            if (remaining > 0 && !caller.isInterrupted()) {
                threads.scheduler().parkNanos(this, remaining);
            } else {
                giveUp(remaining <= 0);
            }
        }
        return outcome();
    }

    /** Throws, unless it was done at this very moment. */
    private void giveUp(boolean late) {
        if (pool.leave(this)) {
            throw late ? pool.noSession() : unavailable(Reason.LATE, "Waiting for a session was interrupted.");
        }
        if (state.compareAndSet(UNDER_WAY, ABANDONED)) {
            throw unavailable(
                    Reason.LATE,
                    late
                            ? "A call in the PKCS#11 module did not return before the deadline."
                            : "Waiting for a call in the PKCS#11 module was interrupted.");
        }
    }

    private static SigningUnavailableException unavailable(Reason reason, String message) {
        return SigningUnavailableException.passing(reason, message, ModuleThreads.RETRY_AFTER, null);
    }

    private T outcome() throws CryptokiException, GenerationEndedException {
        if (failure == null) {
            return result;
        }
        if (failure instanceof CryptokiException e) {
            throw e;
        }
        if (failure instanceof GenerationEndedException e) {
            throw e;
        }
        if (failure instanceof RuntimeException e) {
            throw e;
        }
        throw (Error) failure;
    }
}
