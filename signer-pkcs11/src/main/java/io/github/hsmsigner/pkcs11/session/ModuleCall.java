package io.github.hsmsigner.pkcs11.session;

import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.error.SigningUnavailableException;
import io.github.hsmsigner.pkcs11.cryptoki.CryptokiException;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * One use of the module: begun when its turn comes, served by a thread of {@link ModuleCalls}, or by its caller if it need not wait, and awaited by
 * its caller until the deadline. Awaited once, by the thread that made it.
 *
 * @param <T> what comes of it
 */
final class ModuleCall<T> implements Runnable, BooleanSupplier {

    private static final int UNDER_WAY = 0;
    private static final int DONE = 1;
    private static final int ABANDONED = 2;
    private static final int HUNG = 3;

    private final ModuleCalls calls;
    private final Deadline deadline;
    private final ModuleWork<T> work;
    private final Thread caller = Thread.currentThread();
    private final AtomicInteger state = new AtomicInteger(UNDER_WAY);

    private volatile boolean inModule;
    private T result;
    private Throwable failure;

    ModuleCall(ModuleCalls calls, Deadline deadline, ModuleWork<T> work) {
        this.calls = calls;
        this.deadline = deadline;
        this.work = work;
    }

    /** Its turn came at once. To be called by its caller, before it waits. */
    void begin() {
        if (calls.onCallersThread()) {
            calls.start(serve());
        } else {
            calls.start(this);
        }
    }

    /** Whether the caller has stopped waiting. */
    @Override
    public boolean getAsBoolean() {
        return state.get() >= ABANDONED;
    }

    /** Serves it, and then those whose turn comes by that: the thread is awake already. */
    @Override
    public void run() {
        ModuleCall<?> call = this;
        while (call != null) {
            call = call.serve();
        }
    }

    private ModuleCall<?> serve() {
        try {
            work.prepare(deadline);
            result = inModule();
        } catch (Throwable e) {
            // Whatever it is belongs to the caller, who throws it.
            failure = e;
        }
        return done();
    }

    /** Ends it without serving it; whose turn it is then. */
    ModuleCall<?> refuse(SigningUnavailableException reason) {
        failure = reason;
        return done();
    }

    private ModuleCall<?> done() {
        // Before its caller hears of it, so that the caller finds its session free.
        ModuleCall<?> next = work.end();
        if (!state.compareAndSet(UNDER_WAY, DONE)) {
            if (state.get() == HUNG) {
                calls.hungCallReturned();
            }
            if (failure == null) {
                work.returnedLate();
            }
        }
        if (caller != Thread.currentThread()) {
            LockSupport.unpark(caller);
        }
        return next;
    }

    private T inModule() throws CryptokiException, GenerationEndedException {
        long entry = calls.enter(deadline);
        inModule = true;
        long start = System.nanoTime();
        try {
            return work.run(this);
        } finally {
            calls.used(System.nanoTime() - start);
            inModule = false;
            calls.exit(entry);
        }
    }

    /**
     * Waits for its turn and for what comes of it.
     *
     * @throws SigningUnavailableException if that takes until the deadline, or the thread was interrupted
     */
    T await() throws CryptokiException, GenerationEndedException {
        while (state.get() == UNDER_WAY) {
            long remaining = deadline.remainingNanos();
            if (remaining > 0 && !caller.isInterrupted()) {
                LockSupport.parkNanos(this, remaining);
            } else {
                giveUp(remaining == 0);
            }
        }
        return outcome();
    }

    /** Throws, unless its turn has come or it was done at this very moment. */
    private void giveUp(boolean late) {
        Optional<SigningUnavailableException> noTurn = work.giveUp(this, late);
        if (noTurn.isPresent()) {
            throw noTurn.get();
        }
        if (abandon()) {
            throw SigningUnavailableException.passing(
                    late
                            ? "A call in the PKCS#11 module has not come back before the deadline."
                            : "Waiting for a call in the PKCS#11 module was interrupted.",
                    ModuleCalls.RETRY_AFTER,
                    null);
        }
    }

    private boolean abandon() {
        boolean hangs = inModule;
        if (!state.compareAndSet(UNDER_WAY, hangs ? HUNG : ABANDONED)) {
            return false;
        }
        if (hangs) {
            calls.countHung();
        }
        return true;
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
