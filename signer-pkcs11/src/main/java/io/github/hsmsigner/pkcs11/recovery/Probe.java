package io.github.hsmsigner.pkcs11.recovery;

import io.github.hsmsigner.core.error.SigningException;
import io.github.hsmsigner.core.error.SigningUnavailableException;
import io.github.hsmsigner.pkcs11.cryptoki.CryptokiException;
import io.github.hsmsigner.pkcs11.cryptoki.CryptokiModule;
import io.github.hsmsigner.pkcs11.cryptoki.FaultClass;
import io.github.hsmsigner.pkcs11.health.RecoverySettings;
import io.github.hsmsigner.pkcs11.health.SessionStatistics;
import io.github.hsmsigner.pkcs11.session.Generation;
import io.github.hsmsigner.pkcs11.session.ModuleCalls;
import io.github.hsmsigner.pkcs11.session.Session;
import io.github.hsmsigner.pkcs11.session.SessionPool;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out in the background, again and again, whether a token works that did not, and closes the breaker when it does.
 *
 * <p>A device may open sessions and log in, and still fail every signature. So a probe logs in anew and signs, with a key that a
 * request failed with. There is one at a time. Owned by the token's access; safe for use by any number of threads at once.
 */
final class Probe {

    private static final Logger LOG = LoggerFactory.getLogger(Probe.class);

    private final CryptokiModule module;
    private final ModuleCalls calls;
    private final TokenConnection connection;
    private final SessionPool sessions;
    private final CircuitBreaker breaker;
    private final BackgroundWork background;
    private final RecoverySettings settings;
    private volatile KeyOperation<?> trial;

    Probe(
            CryptokiModule module,
            ModuleCalls calls,
            TokenConnection connection,
            SessionPool sessions,
            CircuitBreaker breaker,
            BackgroundWork background,
            RecoverySettings settings) {
        this.module = module;
        this.calls = calls;
        this.connection = connection;
        this.sessions = sessions;
        this.breaker = breaker;
        this.background = background;
        this.settings = settings;
    }

    /** Says what the next probes sign with: the key that a request has just failed with. */
    void signWith(KeyOperation<?> key) {
        trial = key;
    }

    /** Begins to probe; to be called once each time that the breaker opens. Ends when the token works, or is closed. */
    void start() {
        module.working(false);
        probeAfter(new Backoff(settings.firstProbePause(), settings.longestProbePause()));
    }

    private void probeAfter(Backoff pauses) {
        Duration pause = breaker.isOpenForGood() ? settings.pinCheckPause() : pauses.next();
        breaker.nextProbeIn(pause);
        background.later(pause, () -> {
            try {
                background.watched(() -> probe(pauses), "A probe");
            } catch (RejectedExecutionException e) {
                LOG.debug("Not probed, as the token is closed.");
            } catch (Throwable e) {
                // Such as an OutOfMemoryError where no further thread can be started. Without a probe, the circuit
                // breaker would stay open.
                LOG.error("The probe could not be started; the next one follows.", e);
                probeAfter(pauses);
            }
        });
    }

    private void probe(Backoff pauses) {
        boolean works = false;
        try {
            works = works(false) || (!breaker.isOpenForGood() && !module.othersWork() && works(true));
        } catch (RuntimeException e) {
            LOG.debug("The probe failed: {}", e.getMessage());
        } catch (Throwable e) {
            LOG.error("The probe failed; the next one follows.", e);
        }
        if (works && !background.isClosed()) {
            module.working(true);
            breaker.close();
        } else if (!background.isClosed()) {
            probeAfter(pauses);
        }
    }

    /** Logs in anew, and uses a key. */
    private boolean works(boolean initialize) {
        SessionStatistics now = sessions.statistics();
        if (now.hungCalls() >= now.capacity()) {
            return false;
        }
        try {
            Generation begun = connection
                    .renew(
                            connection.current(),
                            initialize ? module.epoch() : TokenConnection.NO_EPOCH,
                            Runnable::run,
                            this::loginFailed)
                    .get(settings.drainLimit().toNanos(), TimeUnit.NANOSECONDS);
            calls.here(settings.drainLimit(), () -> {
                sessions.closeStale();
                KeyOperation<?> operation = trial;
                if (operation != null) {
                    operation.forgetHandle();
                    operation.trial(Session.ofLogin(begun));
                }
                return null;
            });
            return true;
        } catch (CryptokiException e) {
            LOG.debug("The probe failed: {}.", e.getMessage());
            return e.faultClass() == FaultClass.CALLER_ERROR;
        } catch (SigningException e) {
            // The device answers, if not as wished; whoever asks it is told.
            return !e.retryable();
        } catch (ExecutionException | TimeoutException e) {
            LOG.debug("The probe failed: {}", e.getMessage());
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private void loginFailed(Throwable failure) {
        if (failure instanceof SigningUnavailableException e && !e.retryable()) {
            breaker.openForGood(e);
        }
    }
}
