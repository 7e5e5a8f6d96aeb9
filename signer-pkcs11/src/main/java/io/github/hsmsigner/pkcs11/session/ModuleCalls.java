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

/**
 * The threads in which a token's calls into the module are made.
 *
 * <p>A call that hangs in native code cannot be ended. So that its caller is answered at the deadline all the same, calls are
 * handed to threads of this class; a thread that does not come back is counted, and its session is lost until it does. Where the
 * module has no device that could hang, calls can be made on the caller's own thread, which saves the hand-over. Owned by the token;
 * safe for use by any number of threads at once.
 */
public final class ModuleCalls implements AutoCloseable {

    static final Duration RETRY_AFTER = Duration.ofSeconds(1);
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
     * @param onCallersThread whether a signature is made on the thread of its caller if it need not wait for a session
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
            ModuleCall<T> call = call(deadline, abandoned -> work.run());
            call.begin();
            return call.await();
        } catch (GenerationEndedException e) {
            throw new IllegalStateException("What needs no session belongs to no generation", e);
        }
    }

    /** What is to be done in the module: it is to be begun when its turn comes, and awaited. */
    <T> ModuleCall<T> call(Deadline deadline, ModuleWork<T> work) {
        return new ModuleCall<>(this, deadline, work);
    }

    /** Whether calls are served by the threads of their callers, if they need not wait for a turn. */
    boolean onCallersThread() {
        return onCallersThread;
    }

    /** Serves a call, if there is one, on one of these threads. */
    void start(ModuleCall<?> first) {
        ModuleCall<?> call = first;
        while (call != null) {
            try {
                threads.execute(call);
                return;
            } catch (RejectedExecutionException e) {
                call = call.refuse(SigningUnavailableException.lasting("The token is closed.", e));
            } catch (OutOfMemoryError e) {
                // The process has as many threads as it may. Those that wait must not wait for a turn that nobody
                // gives.
                call = call.refuse(SigningUnavailableException.passing(
                        "No further thread can be started that calls the PKCS#11 module.", RETRY_AFTER, e));
            }
        }
    }

    /** Enters the module; what to leave it with. */
    long enter(Deadline deadline) {
        long entry = module.enter(deadline.remainingNanos());
        if (entry == 0) {
            throw busy();
        }
        return entry;
    }

    void exit(long entry) {
        module.exit(entry);
    }

    /** A call spent so long in the module. */
    void used(long nanos) {
        events.moduleUsed(nanos);
    }

    void countHung() {
        hung.incrementAndGet();
        module.hungCalls(1);
        events.callHung();
        onHungCall.run();
    }

    void hungCallReturned() {
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
}
