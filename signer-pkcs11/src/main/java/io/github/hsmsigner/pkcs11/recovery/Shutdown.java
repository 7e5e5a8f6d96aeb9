package io.github.hsmsigner.pkcs11.recovery;

import io.github.hsmsigner.pkcs11.cryptoki.CryptokiException;
import io.github.hsmsigner.pkcs11.cryptoki.CryptokiModule;
import io.github.hsmsigner.pkcs11.cryptoki.TokenInfo;
import io.github.hsmsigner.pkcs11.session.ModuleCalls;
import io.github.hsmsigner.pkcs11.session.SessionPool;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends the use of a token in order: sessions, login, threads, share of the module. Waits for each for a limited time, as a call may
 * never come back. Used once, by the thread that closes the token.
 */
final class Shutdown {

    private static final Logger LOG = LoggerFactory.getLogger(Shutdown.class);

    private final CryptokiModule module;
    private final TokenInfo token;
    private final ModuleCalls calls;
    private final TokenConnection connection;
    private final SessionPool sessions;
    private final Duration drainLimit;

    Shutdown(
            CryptokiModule module,
            TokenInfo token,
            ModuleCalls calls,
            TokenConnection connection,
            SessionPool sessions,
            Duration drainLimit) {
        this.module = module;
        this.token = token;
        this.calls = calls;
        this.connection = connection;
        this.sessions = sessions;
        this.drainLimit = drainLimit;
    }

    void run() {
        boolean drained = sessions.drain(drainLimit);
        if (drained) {
            closeSessions();
        } else {
            LOG.warn("Token {} is left open: a call in the module has not come back.", token);
        }
        calls.close();
        module.close();
        if (drained) {
            LOG.info("Token {} closed.", token);
        }
    }

    private void closeSessions() {
        CompletableFuture<Void> done = new CompletableFuture<>();
        calls.background(() -> {
            try {
                calls.here(drainLimit, () -> {
                    sessions.closeAll();
                    connection.closeLoginSession();
                    return null;
                });
            } catch (CryptokiException | RuntimeException e) {
                LOG.warn("The sessions with token {} could not be closed: {}", token, e.getMessage());
            } finally {
                done.complete(null);
            }
        });
        try {
            done.get(drainLimit.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException | ExecutionException e) {
            LOG.warn("Closing the sessions with token {} does not come back.", token);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
