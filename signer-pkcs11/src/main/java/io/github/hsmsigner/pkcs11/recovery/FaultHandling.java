package io.github.hsmsigner.pkcs11.recovery;

import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.error.InternalSigningException;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.core.error.SigningException;
import io.github.hsmsigner.core.error.SigningUnavailableException;
import io.github.hsmsigner.pkcs11.cryptoki.CryptokiException;
import io.github.hsmsigner.pkcs11.cryptoki.FaultClass;
import io.github.hsmsigner.pkcs11.cryptoki.ModuleBusyException;
import io.github.hsmsigner.pkcs11.cryptoki.ReturnValue;
import io.github.hsmsigner.pkcs11.cryptoki.TokenInfo;
import io.github.hsmsigner.pkcs11.health.RecoverySettings;
import io.github.hsmsigner.pkcs11.session.Generation;
import io.github.hsmsigner.pkcs11.session.GenerationEndedException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Acts on whatever goes wrong with a request: the one place where the classes of {@link FaultClass} turn into deeds.
 *
 * <p>What one request went through is in its {@link Retries}. Owned by the token's access; safe for use by any number of threads at
 * once.
 */
final class FaultHandling {

    private static final Logger LOG = LoggerFactory.getLogger(FaultHandling.class);
    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);
    private static final int QUICK_RETRIES = 4;
    private static final int LOOKUPS = 3;
    private static final int RENEWALS = 8;
    private static final long NO_EPOCH = TokenConnection.NO_EPOCH;

    private final TokenInfo token;
    private final RecoverySettings settings;
    private final CircuitBreaker breaker;
    private final LoginRenewal logins;
    private final Probe probe;

    FaultHandling(
            TokenInfo token, RecoverySettings settings, CircuitBreaker breaker, LoginRenewal logins, Probe probe) {
        this.token = token;
        this.settings = settings;
        this.breaker = breaker;
        this.logins = logins;
        this.probe = probe;
    }

    /**
     * Begins to keep account of a request that failed for the first time.
     *
     * @param key what it does with a key; {@code null} if it needs none
     * @param deadline by when its answer is due
     */
    Retries retries(KeyOperation<?> key, Deadline deadline) {
        return new Retries(key, deadline);
    }

    /** Acts on an error of what must not be done twice: makes the next use ready, and gives what to throw. */
    SigningException unrepeatable(CryptokiException e, Generation seen, long epoch) {
        if (e.faultClass() == FaultClass.CALLER_ERROR) {
            return new InvalidConfigurationException(
                    "Token " + token + " refuses what it was asked for: " + e.getMessage() + ".", e);
        }
        renew(seen, e.faultClass() == FaultClass.MODULE_DEAD ? epoch : NO_EPOCH);
        return unusable(e);
    }

    /** The same where the module was initialised anew before it could be done. */
    SigningException unrepeatable(GenerationEndedException e, Generation seen) {
        renew(seen, NO_EPOCH);
        return unusable(e);
    }

    private SigningUnavailableException unusable(Exception e) {
        return SigningUnavailableException.passing(
                "Token " + token + " cannot be used: " + e.getMessage() + ".", RETRY_AFTER, e);
    }

    private CompletableFuture<Generation> renew(Generation seen, long epochToEnd) {
        return logins.begin(seen, epochToEnd, this::renewalFailed);
    }

    /** Acts on a failure to begin a generation, once for all that wait for it. */
    private void renewalFailed(Throwable failure) {
        if (failure instanceof SigningUnavailableException e && !e.retryable()) {
            breaker.openForGood(e);
        } else if (failure instanceof ModuleBusyException) {
            breaker.open(failure.getMessage() + ".", failure);
        } else if (failure instanceof CryptokiException e
                && (e.faultClass() == FaultClass.THROTTLED || e.faultClass() == FaultClass.TOO_MANY_SESSIONS)) {
            LOG.debug("The token asks for patience: {}.", e.getMessage());
        } else {
            breaker.failed(failure);
        }
    }

    /**
     * What one request went through. Each method acts on an error; it returns when the request is to be tried again, and throws when
     * not. Used by the request's thread alone.
     */
    final class Retries {

        private final KeyOperation<?> key;
        private final Deadline deadline;
        private final Backoff pauses = new Backoff(settings.firstRetryPause(), settings.longestRetryPause());
        private int quick;
        private int sessionsLost;
        private int lookups;
        private int notReady;
        private int renewals;

        private Retries(KeyOperation<?> key, Deadline deadline) {
            this.key = key;
            this.deadline = deadline;
        }

        /** A function failed in an epoch of the module. */
        void after(CryptokiException e, Generation seen, long epoch) {
            if (key != null) {
                probe.signWith(key);
            }
            switch (e.faultClass()) {
                case NONE, CALLER_ERROR ->
                    throw new InternalSigningException(
                            "Token " + token + " refuses the request: " + e.getMessage() + ".", e);
                case SESSION_DEAD -> {
                    forgetHandle();
                    sessionsLost++;
                    if (sessionsLost > 1) {
                        renewedFor(e, seen);
                    }
                }
                case STALE_HANDLE -> lookUpAgain(e);
                case NOT_LOGGED_IN -> renewedFor(e, seen);
                case CREDENTIALS ->
                    breaker.openForGood(SigningUnavailableException.lasting(
                            "Token " + token + " refuses the user: " + e.getMessage() + ".", e));
                case THROTTLED, TOO_MANY_SESSIONS -> pause(e);
                case DEVICE_FAULT -> deviceFailed(e);
                case MODULE_DEAD -> inNewGeneration(seen, epoch, e);
            }
        }

        /**
         * The key could not be found or compared just now. Private keys cannot be seen without a login, so that is what a lost login
         * looks like on tokens that void handles with it.
         */
        void after(KeyNotReadyException e, Generation seen) {
            notReady++;
            if (notReady > LOOKUPS) {
                throw e.unavailable();
            }
            if (notReady == 1) {
                inNewGeneration(seen, NO_EPOCH, e);
            } else {
                pause(e);
            }
        }

        /** The module was initialised anew, by whomever. */
        void after(GenerationEndedException e, Generation seen) {
            inNewGeneration(seen, NO_EPOCH, e);
        }

        /** Some errors are to be gone after a login; a token that goes on with them would be logged in to without end. */
        private void renewedFor(CryptokiException e, Generation seen) {
            renewals++;
            if (renewals > RENEWALS) {
                throw SigningUnavailableException.passing(
                        "Token " + token + " goes on failing after each new login: " + e.getMessage() + ".",
                        RETRY_AFTER,
                        e);
            }
            inNewGeneration(seen, NO_EPOCH, e);
        }

        private void forgetHandle() {
            if (key != null) {
                key.forgetHandle();
            }
        }

        private void lookUpAgain(CryptokiException e) {
            lookups++;
            if (lookups <= LOOKUPS) {
                forgetHandle();
            } else if (e.is(ReturnValue.KEY_HANDLE_INVALID) || e.is(ReturnValue.OBJECT_HANDLE_INVALID)) {
                // A handle that is void as soon as it was given is the device's fault.
                forgetHandle();
                deviceFailed(e);
            } else {
                throw new InternalSigningException(
                        "Token " + token + " refuses the key each time it is looked up: " + e.getMessage() + ".", e);
            }
        }

        private void deviceFailed(CryptokiException e) {
            breaker.failed(e);
            breaker.check();
            pause(e);
        }

        /** Waits for the next generation. A failure to begin it has been acted on when it is heard of here. */
        private void inNewGeneration(Generation seen, long epochToEnd, Exception why) {
            try {
                LoginRenewal.await(renew(seen, epochToEnd), deadline);
                quick++;
                if (quick > QUICK_RETRIES) {
                    pause(why);
                }
            } catch (ExecutionException e) {
                breaker.check();
                pause((Exception) e.getCause());
            }
        }

        private void pause(Exception why) {
            long nanos = pauses.next().toNanos();
            if (nanos >= deadline.remainingNanos()) {
                throw SigningUnavailableException.passing(
                        "Token " + token + " did not do it before the deadline: " + why.getMessage() + ".",
                        RETRY_AFTER,
                        why);
            }
            LockSupport.parkNanos(this, nanos);
            if (Thread.currentThread().isInterrupted()) {
                throw SigningUnavailableException.passing("The request was interrupted.", RETRY_AFTER, why);
            }
        }
    }
}
