package io.github.hsmsigner.pkcs11.internal.session;

import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.error.SigningUnavailableException;
import io.github.hsmsigner.core.error.SigningUnavailableException.Reason;
import io.github.hsmsigner.pkcs11.health.Pkcs11Listener;
import io.github.hsmsigner.pkcs11.internal.cryptoki.CryptokiException;
import io.github.hsmsigner.pkcs11.internal.cryptoki.CryptokiModule;
import io.github.hsmsigner.pkcs11.internal.cryptoki.CryptokiWork;
import io.github.hsmsigner.pkcs11.internal.scheduling.Scheduler;
import io.github.hsmsigner.pkcs11.internal.scheduling.TaskThreads;
import io.github.hsmsigner.pkcs11.internal.scheduling.WaitQueue;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Makes the calls of a token into its module, on threads that a caller can abandon, and counts calls that hang.
 *
 * <p>A call that hangs in native code cannot be ended. It costs its thread and its session until it returns. A call counts
 * as hanging after a time in the module, whatever its caller does. Owned by the token. Thread-safe.
 */
public final class ModuleThreads implements AutoCloseable {

    static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private final CryptokiModule module;
    private final Scheduler scheduler;
    private final TaskThreads threads;
    private final Duration hangLimit;
    private final Pkcs11Listener events;
    private final long origin;
    private final AtomicInteger hanging = new AtomicInteger();

    /** Changes only when a session is opened or closed, or a task begins or ends. */
    private final List<CallTimer> timers = new CopyOnWriteArrayList<>();

    /**
     * Prepares calls.
     *
     * @param module the share of the module
     * @param scheduler time and waiting
     * @param name what the threads are for
     * @param hangLimit the time in the module after which a call counts as hanging
     * @param events the listener for calls that hang
     */
    public ModuleThreads(
            CryptokiModule module, Scheduler scheduler, String name, Duration hangLimit, Pkcs11Listener events) {
        this.module = module;
        this.scheduler = scheduler;
        this.threads = scheduler.threads(name);
        this.hangLimit = hangLimit;
        this.events = events;
        this.origin = scheduler.nanoTime() - 1;
    }

    /**
     * Returns time and waiting.
     *
     * @return the scheduler
     */
    public Scheduler scheduler() {
        return scheduler;
    }

    /**
     * Returns the number of calls that hang now.
     *
     * @return the number
     */
    public int hanging() {
        return hanging.get();
    }

    /**
     * Runs a task on a separate thread, without waiting for it.
     *
     * @param task the task; it throws nothing
     * @throws SigningUnavailableException if the token is closed, or the process can start no further thread
     */
    public void execute(Runnable task) {
        try {
            threads.execute(task);
        } catch (RejectedExecutionException e) {
            throw SigningUnavailableException.lasting("The token is closed.", e);
        } catch (OutOfMemoryError e) {
            throw SigningUnavailableException.passing(
                    "No further thread can be started that calls the PKCS#11 module.", RETRY_AFTER, e);
        }
    }

    /**
     * Runs a task later. It is dropped if the token is closed by then.
     *
     * @param delay the time until then
     * @param task the task; it is short and does not call the module
     * @return {@code false} if the token is closed
     */
    public boolean schedule(Duration delay, Runnable task) {
        try {
            threads.schedule(delay, task);
            return true;
        } catch (RejectedExecutionException e) {
            return false;
        }
    }

    /**
     * Runs a task later, and again each time that it has ended, until the token is closed.
     *
     * @param delay the time before each run
     * @param task the task; it is short and does not call the module
     */
    public void repeat(Duration delay, Runnable task) {
        schedule(delay, () -> {
            try {
                task.run();
            } finally {
                repeat(delay, task);
            }
        });
    }

    /**
     * Makes a call that needs no session, on a separate thread.
     *
     * @param deadline when to stop waiting for it
     * @param call the call
     * @param <T> the result
     * @return the result
     * @throws CryptokiException if a function failed
     * @throws SigningUnavailableException if the deadline passed, the thread was interrupted, or the token is closed
     */
    public <T> T ask(Deadline deadline, CryptokiWork<T> call) throws CryptokiException {
        CompletableFuture<T> answer = new CompletableFuture<>();
        execute(() -> {
            try {
                answer.complete(enter(Duration.ofNanos(deadline.remainingNanos()), call));
            } catch (Throwable e) {
                answer.completeExceptionally(e);
            }
        });
        if (!await(answer, deadline.remainingNanos())) {
            throw SigningUnavailableException.passing(
                    Reason.LATE,
                    Thread.currentThread().isInterrupted()
                            ? "Waiting for a call in the PKCS#11 module was interrupted."
                            : "A call in the PKCS#11 module did not return before the deadline.",
                    RETRY_AFTER,
                    null);
        }
        return outcome(answer);
    }

    /**
     * Waits for a future.
     *
     * @param future the future
     * @param nanos the longest time
     * @return whether it is done; {@code false} if the time passed or the thread was interrupted
     */
    public boolean await(CompletableFuture<?> future, long nanos) {
        return scheduler.await(future, nanos);
    }

    /**
     * Waits for a future, through interrupts.
     *
     * @param future the future
     * @param nanos the longest time
     * @return whether it is done
     */
    public boolean awaitUninterruptibly(CompletableFuture<?> future, long nanos) {
        WaitQueue done = new WaitQueue(scheduler);
        future.whenComplete((value, failure) -> done.wakeAll());
        return done.awaitUninterruptibly(nanos, future::isDone);
    }

    /**
     * Returns what a future that is done holds, or throws its failure.
     *
     * @param future the future
     * @param <T> the result
     * @return the result
     * @throws CryptokiException if that is the failure
     */
    public static <T> T outcome(CompletableFuture<T> future) throws CryptokiException {
        try {
            return future.get();
        } catch (InterruptedException e) {
            throw new IllegalStateException("The future was not done", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof CryptokiException cause) {
                throw cause;
            }
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            if (e.getCause() instanceof Error cause) {
                throw cause;
            }
            throw new IllegalStateException(e.getCause());
        }
    }

    /**
     * Makes calls on this thread. They count as hanging if they take too long in the module.
     *
     * @param limit the longest time to wait while the module is being initialised
     * @param calls the calls
     * @param <T> the result
     * @return the result
     * @throws CryptokiException if a function failed
     * @throws SigningUnavailableException if the module was being initialised until the limit
     */
    public <T> T enter(Duration limit, CryptokiWork<T> calls) throws CryptokiException {
        CallTimer timer = watch();
        try {
            return enter(limit.toNanos(), timer, calls);
        } finally {
            timers.remove(timer);
        }
    }

    /** Returns a further timer, which {@link #forget} removes. */
    CallTimer watch() {
        CallTimer timer = new CallTimer();
        timers.add(timer);
        return timer;
    }

    void forget(CallTimer timer) {
        timers.remove(timer);
    }

    <T> T enter(long limit, CallTimer timer, CryptokiWork<T> calls) throws CryptokiException {
        long entry = enterModule(limit);
        begin(timer);
        try {
            return calls.run();
        } finally {
            end(timer, entry);
        }
    }

    /** Enters the module; returns what to leave it with. */
    long enterModule(long limit) {
        long entry = module.enter(limit);
        if (entry == 0) {
            throw SigningUnavailableException.passing(
                    Thread.currentThread().isInterrupted() ? Reason.LATE : Reason.DOWN,
                    Thread.currentThread().isInterrupted()
                            ? "Waiting for the PKCS#11 module was interrupted."
                            : "The PKCS#11 module was being initialised until the deadline.",
                    RETRY_AFTER,
                    null);
        }
        return entry;
    }

    void begin(CallTimer timer) {
        timer.begin(scheduler.nanoTime() - origin);
    }

    void end(CallTimer timer, long entry) {
        boolean wasHanging = timer.end();
        module.exit(entry);
        if (wasHanging) {
            hanging.decrementAndGet();
            module.hungCalls(-1);
            events.hungCallReturned();
        }
    }

    /**
     * Finds calls that have hung since the last time.
     *
     * @return whether a call hangs now
     */
    public boolean findHangingCalls() {
        long limit = scheduler.nanoTime() - origin - hangLimit.toNanos();
        for (CallTimer timer : timers) {
            if (timer.markIfStartedBefore(limit)) {
                hanging.incrementAndGet();
                module.hungCalls(1);
                events.callHung();
            }
        }
        return hanging.get() > 0;
    }

    /** Drops all scheduled tasks, and accepts no further ones. */
    public void closeTimer() {
        threads.closeTimer();
    }

    /** Accepts no further task. Threads end when their calls have returned. */
    @Override
    public void close() {
        threads.close();
    }
}
