package io.github.hsmsigner.pkcs11.recovery;

import io.github.hsmsigner.core.error.SigningUnavailableException;
import io.github.hsmsigner.pkcs11.cryptoki.CryptokiException;
import io.github.hsmsigner.pkcs11.cryptoki.TokenInfo;
import io.github.hsmsigner.pkcs11.session.ModuleCalls;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does what is not done on the thread of a request: logins, probes and housekeeping; now, after a pause, or regularly.
 *
 * <p>The timer's own thread never enters the module, as it might not come back: work is started on the threads of
 * {@link ModuleCalls}. Owned by the token's access, which closes it; safe for use by any number of threads at once.
 */
final class BackgroundWork implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(BackgroundWork.class);

    private final ModuleCalls calls;
    private final TokenInfo token;
    private final Duration drainLimit;
    private final Consumer<String> onHang;
    private final ScheduledThreadPoolExecutor timer;

    /**
     * Makes the timer, whose thread is not started before it is needed.
     *
     * @param calls the threads that work is done on
     * @param token the token as it is now
     * @param drainLimit how long to wait for others to leave the module
     * @param onHang is told, as a sentence, of work that does not come back
     */
    BackgroundWork(ModuleCalls calls, TokenInfo token, Duration drainLimit, Consumer<String> onHang) {
        this.calls = calls;
        this.token = token;
        this.drainLimit = drainLimit;
        this.onHang = onHang;
        this.timer = new ScheduledThreadPoolExecutor(1, work -> {
            Thread thread = new Thread(work, "pkcs11-timer-" + token.label());
            thread.setDaemon(true);
            return thread;
        });
    }

    /** Does something in the module regularly, and leaves it out when the module is being initialised. */
    void regularly(Duration pause, Runnable housekeeping) {
        timer.scheduleWithFixedDelay(
                () -> unwatched(() -> {
                    try {
                        calls.here(drainLimit, () -> {
                            housekeeping.run();
                            return null;
                        });
                    } catch (CryptokiException | SigningUnavailableException e) {
                        LOG.debug("Housekeeping was put off: {}", e.getMessage());
                    } catch (Throwable e) {
                        LOG.error("Housekeeping of token {} failed; it is repeated after its pause.", token, e);
                    }
                }),
                pause.toNanos(),
                pause.toNanos(),
                TimeUnit.NANOSECONDS);
    }

    private void unwatched(Runnable work) {
        try {
            calls.background(work);
        } catch (RejectedExecutionException e) {
            LOG.debug("Not done, as the token is closed.");
        } catch (Throwable e) {
            // Such as an OutOfMemoryError where no further thread can be started. The timer would drop the work.
            LOG.error("Housekeeping of token {} could not be started; it is repeated after its pause.", token, e);
        }
    }

    /**
     * Does something in the module now, and counts it as a hung call when it takes too long.
     *
     * @param work what to do; throws nothing
     * @param what its name, as the beginning of a sentence
     * @throws RejectedExecutionException if the token was closed
     */
    void watched(Runnable work, String what) {
        AtomicInteger state = new AtomicInteger();
        calls.background(() -> {
            try {
                work.run();
            } finally {
                if (!state.compareAndSet(0, 1)) {
                    calls.backgroundReturned();
                }
            }
        });
        // Twice, as it may first wait for others to leave the module and then for its own entry.
        later(drainLimit.multipliedBy(2), () -> {
            if (state.compareAndSet(0, 2)) {
                calls.backgroundHangs();
                onHang.accept(what + " to token " + token + " does not come back from the PKCS#11 module.");
            }
        });
    }

    /** Does something short on the timer's thread after a pause; not in the module. */
    void later(Duration pause, Runnable work) {
        try {
            timer.schedule(work, pause.toNanos(), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            LOG.debug("Not done, as the token is closed.");
        }
    }

    boolean isClosed() {
        return timer.isShutdown();
    }

    /** Starts nothing any more; what is under way goes on. */
    @Override
    public void close() {
        timer.shutdownNow();
    }
}
