package io.github.hsmsigner.http.service;

import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.SigningKey;
import io.github.hsmsigner.core.SigningKeys;
import io.github.hsmsigner.core.SigningService;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.core.error.SigningException;
import io.github.hsmsigner.core.error.SigningUnavailableException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gets the signing keys ready in the background and gives out the signing service once they are.
 *
 * <p>Trouble that passes is tried again, with growing pauses. Trouble that lasts until a person acts ends the attempts for good: a
 * wrong PIN that is tried again and again locks the user of a token. Safe for use by any number of threads at once.
 */
final class KeyConnection implements Supplier<SigningService>, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(KeyConnection.class);
    private static final Duration ATTEMPT_LIMIT = Duration.ofSeconds(20);
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(5);

    private final KeySource source;
    private final Function<SigningKeys, SigningService> assembly;
    private final IntFunction<Duration> pauses;
    private final ScheduledExecutorService attempts = Executors.newSingleThreadScheduledExecutor(KeyConnection::thread);
    private final CompletableFuture<Void> firstAttempt = new CompletableFuture<>();
    private volatile State state =
            new NotReady("The connection to the signing key is being made.", Duration.ofSeconds(1));
    private int failures;

    KeyConnection(KeySource source, Function<SigningKeys, SigningService> assembly, IntFunction<Duration> pauses) {
        this.source = source;
        this.assembly = assembly;
        this.pauses = pauses;
    }

    private static Thread thread(Runnable work) {
        Thread thread = new Thread(work, "key-connection");
        // A call in a PKCS#11 module may never come back; it must not keep the process from ending.
        thread.setDaemon(true);
        return thread;
    }

    /** Starts the first attempt. */
    void start() {
        attempts.execute(this::attempt);
    }

    /**
     * Waits for the end of the first attempt, but no longer than so long. From then on problems are only logged.
     *
     * @param limit the longest time to wait
     * @throws InvalidConfigurationException if the first attempt found that the settings cannot work
     * @throws InterruptedException if the waiting is interrupted
     */
    void awaitFirstAttempt(Duration limit) throws InterruptedException {
        try {
            firstAttempt.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            LOG.warn("The connection to the signing key takes longer than {} s; it goes on.", limit.toSeconds());
            if (!firstAttempt.complete(null)) {
                awaitFirstAttempt(Duration.ZERO);
            }
        } catch (ExecutionException e) {
            throw (InvalidConfigurationException) e.getCause();
        }
    }

    private void attempt() {
        try {
            SigningKeys keys = source.open(Deadline.after(ATTEMPT_LIMIT));
            keys.all().forEach(KeyConnection::announce);
            state = new Ready(assembly.apply(keys));
            firstAttempt.complete(null);
        } catch (InvalidConfigurationException e) {
            state = new NotReady(e.getMessage(), null);
            if (!firstAttempt.completeExceptionally(e)) {
                LOG.error("Not ready, and not tried again: {}", e.getMessage());
            }
        } catch (SigningException e) {
            if (e.retryable()) {
                tryAgainAfter(e);
            } else {
                state = new NotReady(e.getMessage(), null);
                LOG.error("Not ready, and not tried again: {}", e.getMessage());
            }
            firstAttempt.complete(null);
        } catch (RuntimeException e) {
            // Whether this attempt logged in is unknown, so it is not repeated.
            state = new NotReady("The connection to the signing key met an unexpected error; the log has it.", null);
            LOG.error("Not ready, and not tried again: an unexpected error.", e);
            firstAttempt.complete(null);
        }
    }

    private void tryAgainAfter(SigningException trouble) {
        failures++;
        Duration pause = pauses.apply(failures);
        state = new NotReady(trouble.getMessage(), pause);
        LOG.warn("Not ready; next attempt in {} ms: {}", pause.toMillis(), trouble.getMessage());
        if (!attempts.isShutdown()) {
            attempts.schedule(this::attempt, pause.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private static void announce(SigningKey key) {
        X509Certificate signer = key.chain().signer();
        LOG.info(
                "Key \"{}\" is ready: certificate of {}, serial {}, valid from {} to {}; {} issuers.",
                key.name(),
                signer.getSubjectX500Principal().getName(),
                signer.getSerialNumber().toString(16),
                signer.getNotBefore().toInstant(),
                signer.getNotAfter().toInstant(),
                key.chain().issuers().size());
    }

    /**
     * The signing service.
     *
     * @throws SigningUnavailableException while the keys are not ready
     */
    @Override
    public SigningService get() {
        State now = state;
        if (now instanceof Ready ready) {
            return ready.service();
        }
        NotReady notReady = (NotReady) now;
        throw notReady.nextAttempt() == null
                ? SigningUnavailableException.lasting(notReady.reason(), null)
                : SigningUnavailableException.passing(notReady.reason(), notReady.nextAttempt(), null);
    }

    /**
     * Why requests cannot be served.
     *
     * @return the reason, for the operator; empty if they can
     */
    Optional<String> notReadyReason() {
        return state instanceof NotReady notReady ? Optional.of(notReady.reason()) : source.problem();
    }

    /** Ends the attempts and closes the keys; call it after the last request. */
    @Override
    public void close() {
        attempts.shutdownNow();
        try {
            if (attempts.awaitTermination(CLOSE_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
                source.close();
            } else {
                LOG.warn("The signing key is left open: a call in its module has not come back.");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            LOG.warn("The signing key is left open: closing it was interrupted.");
        }
    }

    private sealed interface State {}

    private record Ready(SigningService service) implements State {}

    /** The next attempt is {@code null} if there will be none. */
    private record NotReady(String reason, Duration nextAttempt) implements State {}
}
