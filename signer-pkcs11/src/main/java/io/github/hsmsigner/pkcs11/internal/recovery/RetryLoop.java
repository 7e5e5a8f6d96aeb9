package io.github.hsmsigner.pkcs11.internal.recovery;

import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.error.InternalSigningException;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.core.error.SigningException;
import io.github.hsmsigner.core.error.SigningUnavailableException;
import io.github.hsmsigner.core.error.SigningUnavailableException.Reason;
import io.github.hsmsigner.pkcs11.health.RecoverySettings;
import io.github.hsmsigner.pkcs11.internal.cryptoki.CryptokiException;
import io.github.hsmsigner.pkcs11.internal.cryptoki.CryptokiModule;
import io.github.hsmsigner.pkcs11.internal.cryptoki.FaultClass;
import io.github.hsmsigner.pkcs11.internal.cryptoki.ReturnValue;
import io.github.hsmsigner.pkcs11.internal.cryptoki.TokenInfo;
import io.github.hsmsigner.pkcs11.internal.scheduling.Scheduler;
import io.github.hsmsigner.pkcs11.internal.session.Generation;
import io.github.hsmsigner.pkcs11.internal.session.GenerationEndedException;
import io.github.hsmsigner.pkcs11.internal.session.KeyNotReadyException;
import io.github.hsmsigner.pkcs11.internal.session.ModuleThreads;
import io.github.hsmsigner.pkcs11.internal.session.PinRequiredException;
import io.github.hsmsigner.pkcs11.internal.session.SessionPool;
import io.github.hsmsigner.pkcs11.internal.session.SessionWork;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;

/**
 * Does what a request needs in a session, and again after an error: the only place where the classes of {@link FaultClass}
 * become actions.
 *
 * <p>A request renews the login only if that can help, which is if a signature was made since the last login. Everything
 * beyond that is for {@link TokenProbe}. Thread-safe.
 */
public final class RetryLoop {

    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);
    private static final Duration SLOW_LOGIN = Duration.ofSeconds(1);
    private static final Duration PATIENCE = Duration.ofSeconds(1);
    private static final Duration PRECISION = Duration.ofMillis(100);
    private static final int LOOKUPS = 3;

    private final CryptokiModule module;
    private final TokenInfo token;
    private final Login login;
    private final SessionPool sessions;
    private final ModuleThreads threads;
    private final Availability availability;
    private final TokenProbe probe;
    private final RecoverySettings settings;
    private final Scheduler scheduler;
    private final Runnable admission;
    private volatile boolean succeeded;
    private volatile long lastSuccess;

    RetryLoop(
            CryptokiModule module,
            TokenInfo token,
            Login login,
            SessionPool sessions,
            ModuleThreads threads,
            Availability availability,
            TokenProbe probe,
            RecoverySettings settings) {
        this.module = module;
        this.token = token;
        this.login = login;
        this.sessions = sessions;
        this.threads = threads;
        this.availability = availability;
        this.probe = probe;
        this.settings = settings;
        this.scheduler = threads.scheduler();
        this.admission = availability::check;
    }

    /**
     * Does something in a session, more than once if necessary.
     *
     * @param work what to do
     * @param key the key that is used; {@code null} if none is
     * @param deadline when to stop waiting for it
     * @param <T> the result
     * @return the result
     * @throws SigningUnavailableException if the deadline passed, or the token or the key is known not to work
     * @throws InternalSigningException if the token refuses what it is asked for
     */
    public <T> T execute(SessionWork<T> work, KeyAvailability key, Deadline deadline) {
        if (deadline.hasPassed()) {
            throw unavailable(Reason.LATE, "The deadline had passed before token " + token + " was called.", null);
        }
        Runnable check = key == null ? admission : key.admission();
        Retries retries = null;
        long start = scheduler.nanoTime();
        while (true) {
            check.run();
            long epoch = module.epoch();
            Generation seen = login.current();
            try {
                T result = sessions.withSession(deadline, check, work);
                availability.succeeded();
                noteSuccess();
                if (key != null) {
                    probe.succeeded(key);
                    key.succeeded();
                }
                return result;
            } catch (CryptokiException e) {
                retries = retries == null ? new Retries(key, deadline) : retries;
                retries.after(e, seen, epoch);
            } catch (KeyNotReadyException e) {
                retries = retries == null ? new Retries(key, deadline) : retries;
                retries.after(e);
            } catch (PinRequiredException e) {
                requestPin(key, deadline, start);
            } catch (GenerationEndedException e) {
                retries = retries == null ? new Retries(key, deadline) : retries;
                retries.renew(seen, Login.Step.LOGIN, epoch, e);
            } catch (SigningUnavailableException e) {
                throw unavailable(e, key, scheduler.nanoTime() - start);
            }
        }
    }

    private void requestPin(KeyAvailability key, Deadline deadline, long start) {
        try {
            login.requestPin(deadline);
        } catch (SigningUnavailableException e) {
            throw unavailable(e, key, scheduler.nanoTime() - start);
        }
    }

    /** Written seldom, because many threads would otherwise write the same field at the same time. */
    private void noteSuccess() {
        long now = scheduler.nanoTime();
        if (!succeeded || now - lastSuccess > PRECISION.toNanos()) {
            lastSuccess = now;
            succeeded = true;
        }
    }

    /** Returns the time of the last success, to a tenth of a second. */
    OptionalLong lastSuccess() {
        return succeeded ? OptionalLong.of(lastSuccess) : OptionalLong.empty();
    }

    /** Acts on an error that ends the request. */
    private SigningUnavailableException unavailable(SigningUnavailableException e, KeyAvailability key, long waited) {
        switch (e.reason()) {
            case BUSY, LATE -> {
                // Neither says that something does not work. If no patient request succeeds, something does not.
                if (waited >= PATIENCE.toNanos() && !Thread.currentThread().isInterrupted()) {
                    availability.failed(e, false);
                }
            }
            case PIN_REJECTED -> availability.openUntilFixed(e);
            case KEY_MISSING -> {
                if (key != null) {
                    key.missing(e);
                }
            }
            case DOWN -> {
                if (e.retryable() && !availability.isOpen()) {
                    availability.failed(e, false);
                }
            }
        }
        return e;
    }

    /** Does something that must not be done twice. */
    <T> T once(SessionWork<T> work, Deadline deadline) {
        availability.check();
        long epoch = module.epoch();
        Generation seen = login.current();
        try {
            return sessions.withSession(deadline, admission, work);
        } catch (CryptokiException e) {
            if (e.faultClass() == FaultClass.CALLER_ERROR) {
                throw new InvalidConfigurationException(
                        "Token " + token + " refuses what it was asked for: " + e.getMessage() + ".", e);
            }
            availability.failed(e, e.faultClass() == FaultClass.DEVICE_FAULT);
            if (e.faultClass() != FaultClass.THROTTLED && e.faultClass() != FaultClass.TOO_MANY_SESSIONS) {
                login.renew(seen, step(e), epoch, true);
            }
            throw unusable(e);
        } catch (GenerationEndedException e) {
            login.renew(seen, Login.Step.LOGIN, epoch, true);
            throw unusable(e);
        }
    }

    private SigningException unusable(Exception e) {
        return unavailable(Reason.DOWN, "Token " + token + " cannot be used: " + e.getMessage() + ".", e);
    }

    private static Login.Step step(CryptokiException e) {
        return e.faultClass() == FaultClass.MODULE_DEAD ? Login.Step.INITIALIZE : Login.Step.LOGOUT_IF_STALE;
    }

    private static SigningUnavailableException unavailable(Reason reason, String message, Throwable cause) {
        return SigningUnavailableException.passing(reason, message, RETRY_AFTER, cause);
    }

    /**
     * The errors of one request. Each method acts on an error; it returns if the request is to be tried again, and throws
     * otherwise. For one thread.
     */
    private final class Retries {

        private final KeyAvailability key;
        private final Deadline deadline;
        private final Backoff pauses =
                new Backoff(settings.firstRetryPause(), settings.longestRetryPause(), scheduler.random());

        /** Many requests that fail at once must not occupy the token. */
        private final Backoff troubledPauses =
                new Backoff(settings.longestRetryPause(), settings.longestRetryPause(), scheduler.random());

        private int sessionsLost;
        private int lookups;

        Retries(KeyAvailability key, Deadline deadline) {
            this.key = key;
            this.deadline = deadline;
        }

        void after(CryptokiException e, Generation seen, long epoch) {
            switch (e.faultClass()) {
                case NONE, CALLER_ERROR ->
                    throw new InternalSigningException(
                            "Token " + token + " refuses the request: " + e.getMessage() + ".", e);
                case CREDENTIALS ->
                    availability.openUntilFixed(SigningUnavailableException.lasting(
                            Reason.PIN_REJECTED, "Token " + token + " refuses the user: " + e.getMessage() + ".", e));
                case SESSION_DEAD -> {
                    failed(e);
                    forgetHandle();
                    sessionsLost++;
                    if (sessionsLost > 1) {
                        renew(seen, Login.Step.LOGOUT_IF_STALE, epoch, e);
                    }
                }
                case STALE_HANDLE -> lookUpAgain(e);
                case NOT_LOGGED_IN, MODULE_DEAD -> {
                    failed(e);
                    renew(seen, step(e), epoch, e);
                }
                case THROTTLED, TOO_MANY_SESSIONS, DEVICE_FAULT -> {
                    failed(e);
                    pause(e);
                }
            }
        }

        private void failed(CryptokiException e) {
            boolean device = e.faultClass() == FaultClass.DEVICE_FAULT;
            availability.failed(e, device);
            if (key != null) {
                probe.failed(key);
                key.failed(e);
            }
        }

        /** The token did not show the key, or not its public half, although the user is logged in. */
        void after(KeyNotReadyException e) {
            availability.failed(e.unavailable(), false);
            lookups++;
            if (lookups > LOOKUPS) {
                if (key != null && e.unavailable().reason() == Reason.KEY_MISSING) {
                    key.missing(e.unavailable());
                }
                throw e.unavailable();
            }
            if (key != null) {
                probe.failed(key);
                key.failed(e.unavailable());
            }
            pause(e);
        }

        private void forgetHandle() {
            if (key != null) {
                key.key().forgetHandle();
            }
        }

        private void lookUpAgain(CryptokiException e) {
            failed(e);
            forgetHandle();
            lookups++;
            if (lookups <= LOOKUPS) {
                return;
            }
            if (e.is(ReturnValue.KEY_HANDLE_INVALID) || e.is(ReturnValue.OBJECT_HANDLE_INVALID)) {
                // A handle that is invalid as soon as it was returned is an error of the device.
                availability.failed(e, true);
                pause(e);
            } else {
                throw new InternalSigningException(
                        "Token " + token + " refuses the key each time it is looked up: " + e.getMessage() + ".", e);
            }
        }

        /** Waits for the next generation, or pauses if a new login cannot help. */
        void renew(Generation seen, Login.Step step, long epoch, Exception why) {
            boolean canHelp = seen == null || seen.isProven() || !module.isCurrent(seen.epoch());
            Optional<CompletableFuture<Generation>> renewal =
                    canHelp ? login.renew(seen, step, epoch, true) : Optional.empty();
            if (renewal.isEmpty()) {
                pause(why);
                return;
            }
            long start = scheduler.nanoTime();
            if (!threads.await(renewal.get(), deadline.remainingNanos())) {
                boolean slow = scheduler.nanoTime() - start >= SLOW_LOGIN.toNanos();
                SigningUnavailableException late = unavailable(
                        slow && !Thread.currentThread().isInterrupted() ? Reason.DOWN : Reason.LATE,
                        Thread.currentThread().isInterrupted()
                                ? "Waiting for a login was interrupted."
                                : "The login to the token was not renewed before the deadline.",
                        why);
                throw unavailable(late, key, scheduler.nanoTime() - start);
            }
            try {
                ModuleThreads.outcome(renewal.get());
            } catch (CryptokiException | RuntimeException | Error e) {
                // It was counted where it happened.
                pause(e instanceof Exception cause ? cause : why);
            }
        }

        private void pause(Exception why) {
            availability.check();
            long nanos = (availability.isInTrouble() ? troubledPauses : pauses)
                    .next()
                    .toNanos();
            if (nanos >= deadline.remainingNanos()) {
                throw unavailable(
                        isLoad(why) ? Reason.BUSY : Reason.DOWN,
                        "Token " + token + " did not sign before the deadline. Last error: " + why.getMessage() + ".",
                        why);
            }
            scheduler.parkNanos(this, nanos);
            if (Thread.currentThread().isInterrupted()) {
                throw unavailable(Reason.LATE, "The request was interrupted.", why);
            }
        }

        /** Returns whether the token throttles this request while it serves others. */
        private boolean isLoad(Exception why) {
            return why instanceof CryptokiException e
                    && (e.faultClass() == FaultClass.THROTTLED || e.faultClass() == FaultClass.TOO_MANY_SESSIONS)
                    && !availability.isInTrouble();
        }
    }
}
