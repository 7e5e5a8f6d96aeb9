package io.github.hsmsigner.pkcs11.session;

import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.error.SigningUnavailableException;
import io.github.hsmsigner.pkcs11.cryptoki.CryptokiException;
import io.github.hsmsigner.pkcs11.cryptoki.CryptokiModule;
import io.github.hsmsigner.pkcs11.cryptoki.CryptokiWork;
import io.github.hsmsigner.pkcs11.health.Pkcs11Events;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * The threads in which a token's calls into the module are made.
 *
 * <p>A call that hangs in native code cannot be ended. So that its caller is answered at the deadline all the same, calls are
 * handed to threads of this class; a thread that does not come back is counted, and its session is lost until it does. Where the
 * module has no device that could hang, calls can be made on the caller's own thread, which saves the hand-over. Owned by the token;
 * safe for use by any number of threads at once.
 */
public final class ModuleCalls implements AutoCloseable {

    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);
    private static final long IDLE_THREAD_SECONDS = 30;

    private final CryptokiModule module;
    private final boolean onCallersThread;
    private final Pkcs11Events events;
    private final Runnable onHungCall;
    private final ExecutorService threads;
    private final AtomicInteger hung = new AtomicInteger();

    /**
     * Makes the threads, of which none is started before it is needed.
     *
     * @param module the share of the module that the calls go to
     * @param onCallersThread whether signatures are made on the thread of their caller
     * @param name what the threads are for
     * @param events who hears of hung calls
     * @param onHungCall called after a call was counted as hung
     */
    public ModuleCalls(
            CryptokiModule module, boolean onCallersThread, String name, Pkcs11Events events, Runnable onHungCall) {
        this.module = module;
        this.onCallersThread = onCallersThread;
        this.events = events;
        this.onHungCall = onHungCall;
        AtomicInteger number = new AtomicInteger();
        this.threads = new ThreadPoolExecutor(
                0, Integer.MAX_VALUE, IDLE_THREAD_SECONDS, TimeUnit.SECONDS, new SynchronousQueue<>(), work -> {
                    Thread thread = new Thread(work, "pkcs11-" + name + "-" + number.incrementAndGet());
                    // A call in a module may never come back; it must not keep the process from ending.
                    thread.setDaemon(true);
                    return thread;
                });
    }

    /**
     * How many calls have not come back although their caller stopped waiting.
     *
     * @return the number
     */
    public int hung() {
        return hung.get();
    }

    /**
     * Does something on one of these threads, without waiting for it.
     *
     * @param work what to do; throws nothing
     * @throws RejectedExecutionException if the token was closed
     */
    public void background(Runnable work) {
        threads.execute(work);
    }

    /** Counts work in the background that takes longer than it should. Followed by {@link #backgroundReturned}, if ever. */
    public void backgroundHangs() {
        countHung();
    }

    /** The work that {@link #backgroundHangs} told of came back. */
    public void backgroundReturned() {
        hungCallReturned();
    }

    /**
     * Does something in the module on this very thread, waiting while the module is being initialised.
     *
     * @param limit the longest time to wait for that
     * @param work what to do
     * @param <T> what comes of it
     * @return what came of it
     * @throws CryptokiException if a function failed
     */
    public <T> T here(Duration limit, CryptokiWork<T> work) throws CryptokiException {
        long entry = module.enter(limit.toNanos());
        if (entry == 0) {
            throw busy();
        }
        try {
            return work.run();
        } finally {
            module.exit(entry);
        }
    }

    /**
     * Asks the module something that needs no session.
     *
     * @param deadline by when the answer is due
     * @param work what to ask
     * @param <T> what comes of it
     * @return what came of it
     * @throws CryptokiException if a function failed
     */
    public <T> T ask(Deadline deadline, CryptokiWork<T> work) throws CryptokiException {
        try {
            return call(deadline, abandoned -> work.run(), () -> {});
        } catch (GenerationEndedException e) {
            throw new IllegalStateException("What needs no session belongs to no generation", e);
        }
    }

    /**
     * Does something in the module.
     *
     * @param deadline until when to wait
     * @param work what to do
     * @param end done exactly once, after the work or instead of it
     */
    <T> T call(Deadline deadline, ModuleWork<T> work, Runnable end) throws CryptokiException, GenerationEndedException {
        Task<T> task = new Task<>(deadline, work, end);
        if (onCallersThread) {
            task.run();
            return task.outcome();
        }
        try {
            threads.execute(task);
        } catch (RejectedExecutionException e) {
            end.run();
            throw SigningUnavailableException.lasting("The token is closed.", e);
        }
        return task.await();
    }

    private void countHung() {
        hung.incrementAndGet();
        module.hungCalls(1);
        events.callHung();
        onHungCall.run();
    }

    private void hungCallReturned() {
        hung.decrementAndGet();
        module.hungCalls(-1);
        events.hungCallReturned();
    }

    private static SigningUnavailableException busy() {
        return SigningUnavailableException.passing(
                "The PKCS#11 module was being initialised until the deadline.", RETRY_AFTER, null);
    }

    /** Lets the threads end when what they do is done; those of hung calls stay as long as the calls. */
    @Override
    public void close() {
        threads.shutdown();
    }

    private final class Task<T> implements Runnable, BooleanSupplier {

        private final Deadline deadline;
        private final ModuleWork<T> work;
        private final Runnable end;
        private final Thread caller = Thread.currentThread();
        private final AtomicInteger state = new AtomicInteger();
        private volatile boolean inModule;
        private T result;
        private Throwable failure;

        private static final int UNDER_WAY = 0;
        private static final int DONE = 1;
        private static final int ABANDONED = 2;
        private static final int HUNG = 3;

        Task(Deadline deadline, ModuleWork<T> work, Runnable end) {
            this.deadline = deadline;
            this.work = work;
            this.end = end;
        }

        @Override
        public boolean getAsBoolean() {
            return state.get() >= ABANDONED;
        }

        @Override
        public void run() {
            try {
                result = inModule();
            } catch (Throwable e) {
                // Whatever it is belongs to the caller, who throws it.
                failure = e;
            } finally {
                end.run();
                if (!state.compareAndSet(UNDER_WAY, DONE) && state.get() == HUNG) {
                    hungCallReturned();
                }
                if (!onCallersThread) {
                    LockSupport.unpark(caller);
                }
            }
        }

        private T inModule() throws CryptokiException, GenerationEndedException {
            long entry = module.enter(deadline.remainingNanos());
            if (entry == 0) {
                throw busy();
            }
            inModule = true;
            long start = System.nanoTime();
            try {
                return work.run(this);
            } finally {
                events.moduleUsed(System.nanoTime() - start);
                inModule = false;
                module.exit(entry);
            }
        }

        T await() throws CryptokiException, GenerationEndedException {
            while (state.get() == UNDER_WAY) {
                long remaining = deadline.remainingNanos();
                if (remaining == 0 || Thread.currentThread().isInterrupted()) {
                    if (abandon()) {
                        throw SigningUnavailableException.passing(
                                remaining == 0
                                        ? "A call in the PKCS#11 module has not come back before the deadline."
                                        : "Waiting for a call in the PKCS#11 module was interrupted.",
                                RETRY_AFTER,
                                null);
                    }
                } else {
                    LockSupport.parkNanos(this, remaining);
                }
            }
            return outcome();
        }

        private boolean abandon() {
            boolean hangs = inModule;
            if (!state.compareAndSet(UNDER_WAY, hangs ? HUNG : ABANDONED)) {
                return false;
            }
            if (hangs) {
                countHung();
            }
            return true;
        }

        T outcome() throws CryptokiException, GenerationEndedException {
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
}
