package io.github.hsmsigner.pkcs11.internal.recovery;

import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.error.SigningException;
import io.github.hsmsigner.core.error.SigningUnavailableException;
import io.github.hsmsigner.core.error.SigningUnavailableException.Reason;
import io.github.hsmsigner.pkcs11.health.Pkcs11Listener;
import io.github.hsmsigner.pkcs11.internal.cryptoki.Cryptoki;
import io.github.hsmsigner.pkcs11.internal.cryptoki.CryptokiException;
import io.github.hsmsigner.pkcs11.internal.cryptoki.CryptokiModule;
import io.github.hsmsigner.pkcs11.internal.cryptoki.FaultClass;
import io.github.hsmsigner.pkcs11.internal.cryptoki.ModuleBusyException;
import io.github.hsmsigner.pkcs11.internal.cryptoki.RejectedPins;
import io.github.hsmsigner.pkcs11.internal.cryptoki.ReturnValue;
import io.github.hsmsigner.pkcs11.internal.cryptoki.SessionCloser;
import io.github.hsmsigner.pkcs11.internal.cryptoki.TokenInfo;
import io.github.hsmsigner.pkcs11.internal.scheduling.Scheduler;
import io.github.hsmsigner.pkcs11.internal.scheduling.WaitQueue;
import io.github.hsmsigner.pkcs11.internal.session.Generation;
import io.github.hsmsigner.pkcs11.internal.session.ModuleThreads;
import io.github.hsmsigner.pkcs11.internal.session.PinRequiredException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The login to a token, which begins each {@link Generation}.
 *
 * <p>However many requests need a new login at the same time, there is one C_Login for all of them. The PIN source is called
 * before the module is entered, because it can be slow. One session holds the login and does nothing else. Thread-safe.
 */
final class Login {

    private static final Logger LOG = LoggerFactory.getLogger(Login.class);
    private static final Duration CACHE_TIME = Duration.ofSeconds(5);
    private static final int BURST = 3;
    private static final Duration REFILL = Duration.ofSeconds(2);
    private static final Duration SLOW_SOURCE = Duration.ofSeconds(1);

    private final CryptokiModule module;
    private final Cryptoki cryptoki;
    private final ModuleThreads threads;
    private final Scheduler scheduler;
    private final TokenLocator locator;
    private final Supplier<char[]> pins;
    private final String pinSource;
    private final RejectedPins rejected;
    private final boolean loginOnFinalTry;
    private final Duration drainLimit;
    private final Pkcs11Listener events;
    private final Consumer<Throwable> onFailure;
    private final WaitQueue contextLogins;
    private final AtomicBoolean tryingPin = new AtomicBoolean();
    private volatile Generation current;

    /** The renewal that is under way. Guarded by this object, like what follows. */
    private CompletableFuture<Generation> renewal;

    private boolean closed;
    private int allowance = BURST;
    private long refilled;
    private char[] cachedPin;

    /** The call of the PIN source for logins for single signatures; {@code null} if none is in progress. */
    private CompletableFuture<Void> pinCall;

    /**
     * Prepares the login.
     *
     * @param onFailure receives each failure to renew the login, before the callers that wait for it
     */
    Login(
            CryptokiModule module,
            Cryptoki cryptoki,
            ModuleThreads threads,
            TokenLocator locator,
            Supplier<char[]> pins,
            String pinSource,
            RejectedPins rejected,
            boolean loginOnFinalTry,
            Duration drainLimit,
            Pkcs11Listener events,
            Consumer<Throwable> onFailure) {
        this.module = module;
        this.cryptoki = cryptoki;
        this.threads = threads;
        this.scheduler = threads.scheduler();
        this.locator = locator;
        this.pins = pins;
        this.pinSource = pinSource;
        this.rejected = rejected;
        this.loginOnFinalTry = loginOnFinalTry;
        this.drainLimit = drainLimit;
        this.events = events;
        this.onFailure = onFailure;
        this.contextLogins = new WaitQueue(scheduler);
        this.refilled = scheduler.nanoTime();
    }

    /** Returns the generation that requests are served in; {@code null} while there is none. */
    Generation current() {
        return current;
    }

    /** Returns whether a generation has a login in a module that is initialised. */
    boolean isUsable(Generation generation) {
        return generation != null && module.isCurrent(generation.epoch());
    }

    /** The steps that renew a login. */
    enum Step {
        /** C_Login in a new session. */
        LOGIN,
        /** The same, and again after C_Logout if the token holds a login that does not work. */
        LOGOUT_IF_STALE,
        /** The same after C_Logout. */
        LOGOUT,
        /** The same after C_Finalize and C_Initialize. */
        INITIALIZE
    }

    /**
     * Begins the next generation in the background, unless that was done, or is being done, since the caller looked.
     *
     * @param seen the generation that failed; {@code null} if there was none
     * @param step what is needed for it at least
     * @param epoch the epoch of the module that failed
     * @param rationed whether this counts as one of the renewals that requests are allowed
     * @return the new generation; empty if there were too many renewals just now
     */
    Optional<CompletableFuture<Generation>> renew(Generation seen, Step step, long epoch, boolean rationed) {
        CompletableFuture<Generation> next = new CompletableFuture<>();
        synchronized (this) {
            Generation now = current;
            if (now != seen && isUsable(now)) {
                return Optional.of(CompletableFuture.completedFuture(now));
            }
            if (renewal != null) {
                return Optional.of(renewal);
            }
            if (rationed && !takeAllowance()) {
                return Optional.empty();
            }
            renewal = next;
        }
        try {
            threads.execute(() -> run(next, seen, step, epoch));
        } catch (SigningUnavailableException e) {
            end();
            next.completeExceptionally(e);
        }
        return Optional.of(next);
    }

    private void run(CompletableFuture<Generation> next, Generation seen, Step step, long epoch) {
        try {
            Generation begun = begin(seen, step, epoch);
            end();
            next.complete(begun);
        } catch (Throwable e) {
            end();
            LOG.debug("The login to the token was not renewed: {}", e.getMessage());
            try {
                onFailure.accept(e);
            } finally {
                // An expected state: the next probe tries again.
                next.completeExceptionally(
                        e instanceof ModuleBusyException
                                ? SigningUnavailableException.passing(e.getMessage() + ".", drainLimit, e)
                                : e);
            }
        }
    }

    private synchronized void end() {
        renewal = null;
    }

    /** A token that loses each login must not be logged in to without end. Must be called with the lock. */
    private boolean takeAllowance() {
        long now = scheduler.nanoTime();
        long refills = (now - refilled) / REFILL.toNanos();
        if (refills > 0) {
            allowance = (int) Math.min(BURST, allowance + refills);
            refilled += refills * REFILL.toNanos();
        }
        if (allowance == 0) {
            return false;
        }
        allowance--;
        return true;
    }

    private Generation begin(Generation seen, Step step, long epoch) throws CryptokiException, ModuleBusyException {
        char[] pin = acceptablePin();
        try {
            requireOpen();
            boolean initialized = false;
            if (step == Step.INITIALIZE || !module.isInitialized()) {
                initialized = module.reinitialize(epoch, drainLimit);
            }
            // Not in the module: a slot that hangs would keep others from initialising it.
            long now = module.epoch();
            TokenInfo token = locator.find();
            requireLoginAllowed(token);
            Generation begun = threads.enter(drainLimit, () -> connect(token, now, pin, step));
            if (initialized) {
                LOG.info("The PKCS#11 module was initialised again for token {}.", begun.token());
            }
            if (seen != null) {
                LOG.debug("A new generation of sessions and handles begins with token {}.", begun.token());
                events.recovered(initialized);
            }
            return begun;
        } finally {
            Arrays.fill(pin, '\0');
        }
    }

    private synchronized void requireOpen() {
        if (closed) {
            throw SigningUnavailableException.lasting("The token is closed.", null);
        }
    }

    /** Asks the source for the PIN. */
    private char[] acceptablePin() {
        Optional<String> exhausted = rejected.exhausted();
        if (exhausted.isPresent()) {
            throw SigningUnavailableException.lasting(Reason.PIN_REJECTED, exhausted.get(), null);
        }
        char[] pin = pins.get();
        Optional<String> refusal = rejected.refusal(pin);
        if (refusal.isPresent()) {
            Arrays.fill(pin, '\0');
            throw SigningUnavailableException.lasting(Reason.PIN_REJECTED, refusal.get(), null);
        }
        return pin;
    }

    private Generation connect(TokenInfo token, long epoch, char[] pin, Step step) throws CryptokiException {
        if (!module.isCurrent(epoch)) {
            throw SigningUnavailableException.passing(
                    "The PKCS#11 module was initialised while the token was looked for.", REFILL, null);
        }
        closeSession();
        long session = token.requiresReadOnlySessions()
                ? cryptoki.openReadOnlySession(token.slotId())
                : cryptoki.openSession(token.slotId());
        try {
            Optional<CryptokiException> logoutFailure =
                    mustLogOut(token, session, step) ? logOut(session) : Optional.empty();
            try {
                logIn(token, session, pin);
            } catch (CryptokiException | RuntimeException e) {
                logoutFailure.ifPresent(e::addSuppressed);
                throw e;
            }
            return begun(new Generation(epoch, token, session));
        } catch (Throwable e) {
            SessionCloser.closeAfter(e, cryptoki, session);
            throw e;
        }
    }

    private Generation begun(Generation next) {
        synchronized (this) {
            current = closed ? null : next;
            requireOpen();
        }
        return next;
    }

    /** Returns the error, because a login may succeed in spite of it. */
    private Optional<CryptokiException> logOut(long session) {
        try {
            cryptoki.logout(session);
            return Optional.empty();
        } catch (CryptokiException e) {
            LOG.debug("The login could not be ended: {}.", e.getMessage());
            return Optional.of(e);
        }
    }

    private void requireLoginAllowed(TokenInfo token) {
        if (token.userPinLocked()) {
            throw SigningUnavailableException.lasting(
                    Reason.PIN_REJECTED,
                    "The user of token " + token + " is locked; an administrator must unlock it.",
                    null);
        }
        if (token.userPinFinalTry() && !loginOnFinalTry) {
            throw SigningUnavailableException.lasting(
                    Reason.PIN_REJECTED,
                    "One more wrong PIN would lock the user of token " + token
                            + ", so no login is tried; log in once with the right PIN by another tool, or have it reset.",
                    null);
        }
    }

    /** A token that fails, and yet holds the login, does not log in again without a logout. */
    private boolean mustLogOut(TokenInfo token, long session, Step step) throws CryptokiException {
        try {
            return switch (step) {
                case LOGOUT -> !module.othersWork(token);
                case LOGOUT_IF_STALE -> !module.othersWork(token) && cryptoki.isLoggedIn(session);
                case LOGIN, INITIALIZE -> false;
            };
        } catch (CryptokiException e) {
            if (e.faultClass() == FaultClass.CALLER_ERROR) {
                // The module does not have this function.
                return false;
            }
            throw e;
        }
    }

    private void logIn(TokenInfo token, long session, char[] pin) throws CryptokiException {
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
        rejected.accept(pin);
        cache(pin);
        events.loggedIn();
    }

    /** Work that can require the PIN. */
    @FunctionalInterface
    interface PinWork<T, E extends Exception> {
        T run() throws CryptokiException, E;
    }

    /**
     * Does something that enters the module, again after the PIN that it requires is known.
     *
     * @throws SigningUnavailableException if the source returns no PIN that can be used before the deadline
     */
    <T, E extends Exception> T withPin(Deadline deadline, PinWork<T, E> work) throws CryptokiException, E {
        while (true) {
            try {
                return work.run();
            } catch (PinRequiredException e) {
                requestPin(deadline);
            }
        }
    }

    /**
     * Requests the PIN of logins for single signatures from its source, unless it is known. There is one call of the
     * source for all requests. The caller is not in the module, because the source can be slow.
     *
     * @throws SigningUnavailableException if the source returns no PIN that can be used before the deadline
     */
    void requestPin(Deadline deadline) {
        CompletableFuture<Void> next = new CompletableFuture<>();
        CompletableFuture<Void> call;
        synchronized (this) {
            requireOpen();
            if (cachedPin != null) {
                return;
            }
            call = pinCall == null ? next : pinCall;
            pinCall = call;
        }
        if (call == next) {
            try {
                threads.execute(() -> callSource(next));
            } catch (SigningUnavailableException e) {
                endPinCall();
                next.completeExceptionally(e);
            }
        }
        awaitPin(call, deadline);
    }

    private void callSource(CompletableFuture<Void> call) {
        try {
            char[] pin = acceptablePin();
            cache(pin);
            Arrays.fill(pin, '\0');
            endPinCall();
            call.complete(null);
        } catch (Throwable e) {
            LOG.debug("The PIN source returned no PIN: {}", e.getMessage());
            endPinCall();
            call.completeExceptionally(e);
        }
    }

    private synchronized void endPinCall() {
        pinCall = null;
    }

    private void awaitPin(CompletableFuture<Void> call, Deadline deadline) {
        long start = scheduler.nanoTime();
        if (!threads.await(call, deadline.remainingNanos())) {
            boolean interrupted = Thread.currentThread().isInterrupted();
            boolean slow = scheduler.nanoTime() - start >= SLOW_SOURCE.toNanos();
            throw SigningUnavailableException.passing(
                    slow && !interrupted ? Reason.DOWN : Reason.LATE,
                    interrupted
                            ? "Waiting for the PIN was interrupted."
                            : "The PIN source did not return before the deadline.",
                    REFILL,
                    null);
        }
        try {
            ModuleThreads.outcome(call);
        } catch (SigningException e) {
            throw e;
        } catch (CryptokiException | RuntimeException e) {
            throw SigningUnavailableException.passing(
                    "The PIN source returned no PIN: " + Availability.reason(e) + ".", REFILL, e);
        }
    }

    /**
     * Returns a copy of the PIN for {@link #authenticate}.
     *
     * @throws PinRequiredException if it is not known
     */
    char[] pin() {
        return cachedPin().orElseThrow(PinRequiredException::new);
    }

    /** Logs in for one operation of a key with CKA_ALWAYS_AUTHENTICATE. */
    void authenticate(long session, char[] pin) throws CryptokiException {
        // One at a time, so that threads that come together do not try a wrong PIN several times.
        if (!contextLogins.await(drainLimit.toNanos(), () -> tryingPin.compareAndSet(false, true))) {
            throw SigningUnavailableException.passing(
                    Reason.LATE, "Other logins for single signatures did not return in time.", REFILL, null);
        }
        try {
            tryPin(session, pin);
        } finally {
            tryingPin.set(false);
            contextLogins.wakeAll();
        }
    }

    private void tryPin(long session, char[] pin) throws CryptokiException {
        Optional<String> refusal = rejected.refusal(pin);
        if (refusal.isPresent()) {
            throw SigningUnavailableException.lasting(Reason.PIN_REJECTED, refusal.get(), null);
        }
        try {
            cryptoki.loginContextSpecific(session, pin);
        } catch (CryptokiException e) {
            if (e.faultClass() != FaultClass.CREDENTIALS) {
                throw e;
            }
            Generation now = current;
            throw refused(pin, now == null ? "The token" : "Token " + now.token(), e);
        }
    }

    private synchronized Optional<char[]> cachedPin() {
        return Optional.ofNullable(cachedPin).map(char[]::clone);
    }

    private void cache(char[] pin) {
        char[] copy = pin.clone();
        synchronized (this) {
            wipeCache();
            cachedPin = closed ? null : copy;
        }
        threads.schedule(CACHE_TIME, () -> expire(copy));
    }

    private synchronized void expire(char[] pin) {
        if (cachedPin == pin) {
            wipeCache();
        }
    }

    private void wipeCache() {
        if (cachedPin != null) {
            Arrays.fill(cachedPin, '\0');
            cachedPin = null;
        }
    }

    private SigningUnavailableException refused(char[] pin, String token, CryptokiException e) {
        events.loginRefused();
        synchronized (this) {
            wipeCache();
        }
        String reason = token + " rejects the PIN (" + e.getMessage()
                + "). The PIN is from " + pinSource
                + ". It is not tried again, because tokens lock a user after a few wrong"
                + " ones. The source is checked for another PIN from time to time.";
        rejected.reject(pin, reason);
        return SigningUnavailableException.lasting(Reason.PIN_REJECTED, reason, e);
    }

    /** Begins no further login. */
    synchronized void stop() {
        closed = true;
        wipeCache();
    }

    /** Ends the login for good. To be called between entering and leaving the module. */
    void close() {
        stop();
        closeSession();
    }

    private void closeSession() {
        Generation ended = current;
        current = null;
        // After C_Initialize the handle is void, or it is by chance that of another session.
        if (ended != null && module.isCurrent(ended.epoch())) {
            SessionCloser.close(cryptoki, ended.loginSession());
        }
    }
}
