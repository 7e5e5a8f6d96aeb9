package io.github.hsmsigner.pkcs11.internal.recovery;

import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.error.SigningException;
import io.github.hsmsigner.core.error.SigningUnavailableException;
import io.github.hsmsigner.core.error.SigningUnavailableException.Reason;
import io.github.hsmsigner.pkcs11.health.RecoverySettings;
import io.github.hsmsigner.pkcs11.internal.cryptoki.CryptokiException;
import io.github.hsmsigner.pkcs11.internal.cryptoki.FaultClass;
import io.github.hsmsigner.pkcs11.internal.scheduling.Scheduler;
import io.github.hsmsigner.pkcs11.internal.session.GenerationEndedException;
import io.github.hsmsigner.pkcs11.internal.session.KeyNotReadyException;
import io.github.hsmsigner.pkcs11.internal.session.ModuleThreads;
import io.github.hsmsigner.pkcs11.internal.session.SessionPool;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The availability of one key on a token that works, and the probe that finds out when the key works again.
 * Thread-safe.
 */
public final class KeyAvailability {

    private static final Logger LOG = LoggerFactory.getLogger(KeyAvailability.class);

    private final SigningKeyUse key;
    private final Availability token;
    private final Supplier<Optional<String>> tokenProblem;
    private final Availability availability;
    private final Login login;
    private final SessionPool sessions;
    private final ModuleThreads threads;
    private final Scheduler scheduler;
    private final RecoverySettings settings;
    private final AtomicBoolean probing = new AtomicBoolean();

    /** Refuses a request right before its session is used. */
    private final Runnable admission;

    KeyAvailability(
            String description,
            SigningKeyUse key,
            Availability token,
            Supplier<Optional<String>> tokenProblem,
            Login login,
            SessionPool sessions,
            ModuleThreads threads,
            RecoverySettings settings) {
        this.key = key;
        this.token = token;
        this.tokenProblem = tokenProblem;
        this.login = login;
        this.sessions = sessions;
        this.threads = threads;
        this.scheduler = threads.scheduler();
        this.settings = settings;
        this.availability = new Availability(description, settings, scheduler, new Availability.Listener() {
            @Override
            public void suspect() {
                startProbing();
            }

            @Override
            public void opened(String reason) {
                startProbing();
            }
        });
        this.admission = this::check;
    }

    Runnable admission() {
        return admission;
    }

    SigningKeyUse key() {
        return key;
    }

    /** Refuses while the token or the key is known not to work. */
    void check() {
        token.check();
        availability.check();
    }

    void succeeded() {
        availability.succeeded();
    }

    /** A request with the key failed. That concerns the key only if the token works otherwise. */
    void failed(Throwable cause) {
        if (!token.isInTrouble()) {
            availability.failed(cause, false);
        }
    }

    /** The token does not have the key, or has another one in its place. */
    void missing(SigningUnavailableException cause) {
        if (cause.retryable()) {
            availability.open(Reason.KEY_MISSING, cause.getMessage(), cause);
        } else {
            availability.openUntilFixed(cause);
        }
    }

    /** The key failed a trial in which another key of the token worked. */
    void failedAlone(Throwable cause) {
        if (cause instanceof SigningUnavailableException unavailable && unavailable.reason() == Reason.KEY_MISSING) {
            missing(unavailable);
        } else {
            availability.open(Reason.DOWN, "The key cannot be used: " + Availability.reason(cause) + ".", cause);
        }
    }

    void worked(long since) {
        availability.probeSucceeded(since);
    }

    /**
     * Returns why the key cannot be used.
     *
     * @return the reason, for the operator; empty if it can, as far as is known
     */
    public Optional<String> problem() {
        return tokenProblem.get().or(availability::problem);
    }

    boolean isInTrouble() {
        return availability.isInTrouble();
    }

    private void startProbing() {
        if (probing.compareAndSet(false, true)) {
            probeLater(new Backoff(settings.firstProbePause(), settings.longestProbePause(), scheduler.random()));
        }
    }

    private void probeLater(Backoff pauses) {
        Duration pause = pauses.next();
        availability.nextProbeIn(pause);
        threads.schedule(pause, () -> {
            try {
                threads.execute(() -> probe(pauses));
            } catch (SigningUnavailableException e) {
                LOG.debug("A key was not probed: {}", e.getMessage());
                probeLater(pauses);
            }
        });
    }

    /** Probes the key at once, in addition to the scheduled probes. */
    void probeNow() {
        try {
            // While the token does not work, its own probe tries the keys.
            if (!token.isOpen()) {
                probe();
            }
        } catch (Throwable e) {
            LOG.error("The probe of a key failed; the next one follows.", e);
        }
    }

    private void probe(Backoff pauses) {
        probeNow();
        if (availability.isInTrouble()) {
            probeLater(pauses);
        } else {
            probing.set(false);
            if (availability.isInTrouble()) {
                startProbing();
            }
        }
    }

    private void probe() {
        long start = scheduler.nanoTime();
        try {
            Deadline deadline = scheduler.deadline(settings.drainLimit());
            login.withPin(
                    deadline,
                    () -> sessions.withSession(deadline, () -> {}, session -> {
                        key.forgetHandle();
                        key.trial(session);
                        return null;
                    }));
            availability.probeSucceeded(start);
        } catch (CryptokiException e) {
            if (e.faultClass() == FaultClass.CALLER_ERROR) {
                // The device responds; the request gets the refusal as its error.
                availability.probeSucceeded(start);
            } else {
                availability.probeFailed(e);
                if (!e.function().startsWith("C_Sign")) {
                    // It concerns the token, and requests, which are refused, would not meet it.
                    token.failed(e, e.faultClass() == FaultClass.DEVICE_FAULT);
                }
            }
        } catch (KeyNotReadyException e) {
            availability.probeFailed(e.unavailable());
        } catch (SigningException e) {
            LOG.debug("A key was probed without success: {}", e.getMessage());
            availability.probeFailed(e);
        } catch (GenerationEndedException e) {
            LOG.debug("A key was not probed, because there is no login.");
            token.failed(e, false);
        }
    }
}
