package io.github.hsmsigner.pkcs11.recovery;

import io.github.hsmsigner.core.error.SigningUnavailableException;
import io.github.hsmsigner.pkcs11.cryptoki.Cryptoki;
import io.github.hsmsigner.pkcs11.cryptoki.CryptokiException;
import io.github.hsmsigner.pkcs11.cryptoki.CryptokiModule;
import io.github.hsmsigner.pkcs11.cryptoki.FaultClass;
import io.github.hsmsigner.pkcs11.cryptoki.ModuleBusyException;
import io.github.hsmsigner.pkcs11.cryptoki.ReturnValue;
import io.github.hsmsigner.pkcs11.cryptoki.TokenInfo;
import io.github.hsmsigner.pkcs11.health.Pkcs11Events;
import io.github.hsmsigner.pkcs11.session.Generation;
import io.github.hsmsigner.pkcs11.session.ModuleCalls;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The login to a token: which generation is current, and how the next one begins.
 *
 * <p>However many requests ask for a new generation at once, there is one C_Login for all of them. One session holds the login and
 * does nothing else. Safe for use by any number of threads at once.
 */
final class TokenConnection {

    private static final Logger LOG = LoggerFactory.getLogger(TokenConnection.class);

    /** No epoch of the module is to end. */
    static final long NO_EPOCH = -1;

    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private final CryptokiModule module;
    private final Cryptoki cryptoki;
    private final ModuleCalls calls;
    private final TokenLocator locator;
    private final PinLatch pins;
    private final boolean loginOnFinalTry;
    private final Duration drainLimit;
    private final Pkcs11Events events;
    private volatile Generation current;

    /** The renewal that is under way; guarded by this object. */
    private CompletableFuture<Generation> renewal;

    TokenConnection(
            CryptokiModule module,
            Cryptoki cryptoki,
            ModuleCalls calls,
            TokenLocator locator,
            PinLatch pins,
            boolean loginOnFinalTry,
            Duration drainLimit,
            Pkcs11Events events) {
        this.module = module;
        this.cryptoki = cryptoki;
        this.calls = calls;
        this.locator = locator;
        this.pins = pins;
        this.loginOnFinalTry = loginOnFinalTry;
        this.drainLimit = drainLimit;
        this.events = events;
    }

    /** The generation that requests are served in; {@code null} while there is none. */
    Generation current() {
        return current;
    }

    /**
     * Begins the next generation, unless that has been done, or is being done, since the caller looked.
     *
     * @param seen the generation that the caller had trouble in; {@code null} if there was none
     * @param epochToEnd the module's epoch that is to end, as the module must be initialised anew; {@link #NO_EPOCH} if it need not
     * @param watch runs work in the background
     * @param onFailure hears of a failure, once, before those that wait for it
     * @return the current generation, once it is there
     */
    CompletableFuture<Generation> renew(
            Generation seen, long epochToEnd, Consumer<Runnable> watch, Consumer<Throwable> onFailure) {
        CompletableFuture<Generation> next = new CompletableFuture<>();
        synchronized (this) {
            Generation now = current;
            if (now != null && now != seen && now.epoch() == module.epoch()) {
                return CompletableFuture.completedFuture(now);
            }
            if (renewal != null) {
                return renewal;
            }
            renewal = next;
        }
        try {
            watch.accept(() -> {
                try {
                    Generation begun = begin(seen, epochToEnd);
                    ended();
                    next.complete(begun);
                } catch (CryptokiException | ModuleBusyException | RuntimeException e) {
                    ended();
                    try {
                        onFailure.accept(e);
                    } finally {
                        next.completeExceptionally(e);
                    }
                } catch (Error e) {
                    // Those that wait must hear of it as well, and the next renewal must not wait for this one.
                    ended();
                    next.completeExceptionally(new IllegalStateException("A login ended in an error.", e));
                    throw e;
                }
            });
        } catch (RejectedExecutionException e) {
            ended();
            next.completeExceptionally(SigningUnavailableException.lasting("The token is closed.", e));
        } catch (OutOfMemoryError e) {
            // No further thread can be started. The next login must not wait for this one.
            ended();
            next.completeExceptionally(SigningUnavailableException.passing(
                    "No further thread can be started that logs in to the token.", RETRY_AFTER, e));
        }
        return next;
    }

    private synchronized void ended() {
        renewal = null;
    }

    private Generation begin(Generation seen, long epochToEnd) throws CryptokiException, ModuleBusyException {
        boolean initialized = epochToEnd != NO_EPOCH && module.reinitialize(epochToEnd, drainLimit);
        Generation begun = calls.here(drainLimit, this::connect);
        if (initialized) {
            LOG.info("The PKCS#11 module was initialised anew for token {}.", begun.token());
        }
        if (seen != null) {
            LOG.debug("A new generation of sessions and handles begins with token {}.", begun.token());
            events.recovered(initialized);
        }
        return begun;
    }

    /**
     * Finds the token and logs in. To be called between entering and leaving the module, by one thread at a time.
     *
     * @throws SigningUnavailableException lasting, if the PIN is refused, was refused before, or must not be tried
     */
    private Generation connect() throws CryptokiException {
        char[] pin = pins.pin();
        try {
            long epoch = module.epoch();
            TokenInfo token = locator.find(cryptoki);
            requireLoginAllowed(token);
            closeLoginSession();
            long session = token.requiresReadOnlySessions()
                    ? cryptoki.openReadOnlySession(token.slotId())
                    : cryptoki.openSession(token.slotId());
            boolean loggedIn = false;
            try {
                login(token, session, pin);
                loggedIn = true;
            } finally {
                if (!loggedIn) {
                    closeQuietly(session);
                }
            }
            Generation begun = new Generation(epoch, token, session);
            current = begun;
            return begun;
        } finally {
            Arrays.fill(pin, '\0');
        }
    }

    private void requireLoginAllowed(TokenInfo token) {
        if (token.userPinLocked()) {
            throw SigningUnavailableException.lasting(
                    "The user of token " + token + " is locked; an administrator must unlock it.", null);
        }
        if (token.userPinFinalTry() && !loginOnFinalTry) {
            throw SigningUnavailableException.lasting(
                    "One more wrong PIN would lock the user of token " + token
                            + ", so no login is tried; log in once with the right PIN by another tool, or have it reset.",
                    null);
        }
    }

    private void login(TokenInfo token, long session, char[] pin) throws CryptokiException {
        try {
            cryptoki.login(session, pin);
        } catch (CryptokiException e) {
            if (e.faultClass() == FaultClass.CREDENTIALS) {
                throw refused(pin, "Token " + token, e);
            }
            if (!e.is(ReturnValue.USER_ALREADY_LOGGED_IN)) {
                throw e;
            }
        }
        events.loggedIn();
    }

    /** Logs in for one operation of a key with CKA_ALWAYS_AUTHENTICATE; the PIN is latched as with any login. */
    void authenticate(long session) throws CryptokiException {
        // One at a time, so that threads that come together do not try a wrong PIN several times.
        synchronized (pins) {
            char[] pin = pins.pin();
            try {
                cryptoki.loginContextSpecific(session, pin);
            } catch (CryptokiException e) {
                if (e.faultClass() != FaultClass.CREDENTIALS) {
                    throw e;
                }
                Generation now = current;
                throw refused(pin, now == null ? "The token" : "Token " + now.token(), e);
            } finally {
                Arrays.fill(pin, '\0');
            }
        }
    }

    private SigningUnavailableException refused(char[] pin, String token, CryptokiException e) {
        events.loginRefused();
        return pins.refuse(
                pin,
                token + " refuses the PIN (" + e.getMessage() + "). The PIN is from " + pins.source()
                        + ". It is not tried again, because tokens lock a user after a few wrong ones. The source is checked"
                        + " for another PIN from time to time.",
                e);
    }

    /** Ends the login. To be called between entering and leaving the module. */
    void closeLoginSession() {
        Generation ended = current;
        current = null;
        // After C_Initialize the handle is void, or by chance that of a new session of somebody else.
        if (ended != null && ended.epoch() == module.epoch()) {
            closeQuietly(ended.loginSession());
        }
    }

    private void closeQuietly(long session) {
        try {
            cryptoki.closeSession(session);
        } catch (CryptokiException e) {
            LOG.debug("The session that held the login could not be closed: {}.", e.getMessage());
        }
    }
}
