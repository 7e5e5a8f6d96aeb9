package io.github.hsmsigner.pkcs11.recovery;

import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.error.SigningUnavailableException;
import io.github.hsmsigner.pkcs11.cryptoki.CryptokiException;
import io.github.hsmsigner.pkcs11.session.Generation;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/**
 * Logins that somebody waits for: made in the background, so that whoever waits can stop at a deadline. Owned by the token's access;
 * safe for use by any number of threads at once.
 */
final class LoginRenewal {

    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private final TokenConnection connection;
    private final BackgroundWork background;

    LoginRenewal(TokenConnection connection, BackgroundWork background) {
        this.connection = connection;
        this.background = background;
    }

    /**
     * Logs in for the first time, and waits for it.
     *
     * @throws CryptokiException if a function fails
     * @throws io.github.hsmsigner.core.error.SigningException if the token cannot be used, or the deadline passed
     */
    void first(Deadline deadline) throws CryptokiException {
        try {
            await(begin(null, TokenConnection.NO_EPOCH, e -> {}), deadline);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof CryptokiException cause) {
                throw cause;
            }
            throw (RuntimeException) e.getCause();
        }
    }

    /**
     * Begins the next generation in the background, unless that has been done, or is being done, since the caller looked.
     *
     * @param seen the generation that the caller had trouble in; {@code null} if there was none
     * @param epochToEnd the module's epoch that is to end; {@link TokenConnection#NO_EPOCH} if it need not
     * @param onFailure hears of a failure, once, before those that wait for it
     * @return the current generation, once it is there
     */
    CompletableFuture<Generation> begin(Generation seen, long epochToEnd, Consumer<Throwable> onFailure) {
        return connection.renew(seen, epochToEnd, work -> background.watched(work, "A login"), onFailure);
    }

    /**
     * Waits for what {@link #begin} began.
     *
     * @throws ExecutionException if it failed, with the failure as its cause
     * @throws SigningUnavailableException if the deadline passed, or the thread was interrupted
     */
    static void await(CompletableFuture<Generation> renewal, Deadline deadline) throws ExecutionException {
        try {
            renewal.get(deadline.remainingNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw SigningUnavailableException.passing(
                    "The login to the token was not renewed before the deadline.", RETRY_AFTER, null);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw SigningUnavailableException.passing("Waiting for a login was interrupted.", RETRY_AFTER, e);
        }
    }
}
