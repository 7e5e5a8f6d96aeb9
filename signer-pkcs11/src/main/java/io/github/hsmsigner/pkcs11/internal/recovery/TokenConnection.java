package io.github.hsmsigner.pkcs11.internal.recovery;

import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.error.InternalSigningException;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.core.error.SigningException;
import io.github.hsmsigner.core.error.SigningUnavailableException;
import io.github.hsmsigner.core.error.SigningUnavailableException.Reason;
import io.github.hsmsigner.pkcs11.health.Pkcs11Listener;
import io.github.hsmsigner.pkcs11.health.RecoverySettings;
import io.github.hsmsigner.pkcs11.health.SessionStatistics;
import io.github.hsmsigner.pkcs11.health.TokenHealth;
import io.github.hsmsigner.pkcs11.internal.cryptoki.Cryptoki;
import io.github.hsmsigner.pkcs11.internal.cryptoki.CryptokiException;
import io.github.hsmsigner.pkcs11.internal.cryptoki.CryptokiModule;
import io.github.hsmsigner.pkcs11.internal.cryptoki.CryptokiWork;
import io.github.hsmsigner.pkcs11.internal.cryptoki.FaultClass;
import io.github.hsmsigner.pkcs11.internal.cryptoki.ModuleBusyException;
import io.github.hsmsigner.pkcs11.internal.cryptoki.RejectedPins;
import io.github.hsmsigner.pkcs11.internal.cryptoki.TokenInfo;
import io.github.hsmsigner.pkcs11.internal.scheduling.Scheduler;
import io.github.hsmsigner.pkcs11.internal.session.Generation;
import io.github.hsmsigner.pkcs11.internal.session.KeyNotReadyException;
import io.github.hsmsigner.pkcs11.internal.session.ModuleThreads;
import io.github.hsmsigner.pkcs11.internal.session.PinRequiredException;
import io.github.hsmsigner.pkcs11.internal.session.PoolListener;
import io.github.hsmsigner.pkcs11.internal.session.PoolSettings;
import io.github.hsmsigner.pkcs11.internal.session.Session;
import io.github.hsmsigner.pkcs11.internal.session.SessionPool;
import io.github.hsmsigner.pkcs11.internal.session.SessionWork;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connection to a token, which repairs itself.
 *
 * <p>Work that is given to it can be done more than once. It fails only if its deadline passes, if the token is known not to
 * work, or if the token refuses what it is asked for. Owned by the token. Thread-safe.
 */
public final class TokenConnection implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(TokenConnection.class);
    private static final Duration TICK = Duration.ofSeconds(1);

    private final CryptokiModule module;
    private final Scheduler scheduler;
    private final TokenInfo token;
    private final RecoverySettings settings;
    private final Duration keepaliveTime;
    private final ModuleThreads threads;
    private final Availability availability;
    private final RejectedPins rejectedPins;
    private final Login login;
    private final SessionPool sessions;
    private final TokenProbe probe;
    private final RetryLoop requests;
    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile boolean closedCompletely;
    private final AtomicBoolean checkingLogin = new AtomicBoolean();
    private volatile long lastLoginCheck;

    /**
     * The options of a connection.
     *
     * @param pin the source of the PIN; each call returns a copy that is wiped after use
     * @param pinSource the name of the source in messages
     * @param loginOnFinalTry whether to log in although one more wrong PIN would lock the user
     * @param pool the settings of the session pool
     * @param onCallersThread whether a caller that need not wait for a session makes its calls on its own thread
     * @param recovery the settings of recovery
     * @param events the listener, which throws nothing
     */
    public record Options(
            Supplier<char[]> pin,
            String pinSource,
            boolean loginOnFinalTry,
            PoolSettings pool,
            boolean onCallersThread,
            RecoverySettings recovery,
            Pkcs11Listener events) {}

    /**
     * Prepares a connection, without a login.
     *
     * @param scheduler time, threads and waiting
     * @param module the share of the module, which is closed with this
     * @param cryptoki its functions
     * @param token the token as it is now
     * @param locator finds it again
     * @param options the options
     */
    public TokenConnection(
            Scheduler scheduler,
            CryptokiModule module,
            Cryptoki cryptoki,
            TokenInfo token,
            TokenLocator locator,
            Options options) {
        this.module = module;
        this.scheduler = scheduler;
        this.token = token;
        this.settings = options.recovery();
        this.keepaliveTime = options.pool().keepaliveTime();
        Pkcs11Listener events = options.events();
        this.threads = new ModuleThreads(module, scheduler, token.label(), settings.hangLimit(), events);
        this.availability = new Availability("Token " + token, settings, scheduler, new Availability.Listener() {
            @Override
            public void suspect() {
                probe.start();
            }

            @Override
            public void opened(String reason) {
                module.working(token, false);
                events.breakerOpened(reason);
                probe.start();
            }

            @Override
            public void closed(Duration openFor) {
                module.working(token, true);
                events.breakerClosed(openFor);
            }
        });
        this.rejectedPins = module.rejectedPins(token);
        this.login = new Login(
                module,
                cryptoki,
                threads,
                locator,
                options.pin(),
                options.pinSource(),
                rejectedPins,
                options.loginOnFinalTry(),
                settings.drainLimit(),
                events,
                this::loginFailed);
        this.sessions = new SessionPool(
                cryptoki,
                module,
                threads,
                login::current,
                options.onCallersThread(),
                options.pool(),
                events,
                new PoolListener() {
                    @Override
                    public void openingFailed(Throwable cause) {
                        TokenConnection.this.openingFailed(cause);
                    }

                    @Override
                    public void loginLost(Generation generation) {
                        login.renew(generation, Login.Step.LOGIN, generation.epoch(), true);
                    }
                });
        this.probe = new TokenProbe(module, cryptoki, threads, login, sessions, availability, settings);
        this.requests = new RetryLoop(module, token, login, sessions, threads, availability, probe, settings);
    }

    /** Acts on a failure to renew the login, once for all requests that wait for it. */
    private void loginFailed(Throwable failure) {
        if (closed.get()) {
            return;
        }
        if (failure instanceof SigningUnavailableException e && !e.retryable()) {
            availability.openUntilFixed(e);
        } else if (failure instanceof ModuleBusyException) {
            availability.open(Reason.DOWN, failure.getMessage() + ".", failure);
        } else {
            availability.failed(failure, isDeviceFault(failure));
        }
    }

    private static boolean isDeviceFault(Throwable failure) {
        return !(failure instanceof CryptokiException e)
                || (e.faultClass() != FaultClass.THROTTLED && e.faultClass() != FaultClass.TOO_MANY_SESSIONS);
    }

    /** No request has met it, but it shows a device that does not work before a request does. */
    private void openingFailed(Throwable cause) {
        LOG.debug("A session could not be opened in the background: {}", cause.getMessage());
        if (cause instanceof CryptokiException e && e.faultClass() != FaultClass.TOO_MANY_SESSIONS) {
            availability.failed(e, e.faultClass() == FaultClass.DEVICE_FAULT);
        }
    }

    /**
     * Logs in for the first time. There is one C_Login.
     *
     * @param deadline when to stop waiting for it
     * @throws SigningException if the token cannot be used. If waiting does not help, the exception is lasting, and the
     *     connection waits for another PIN
     * @throws CryptokiException if a function fails otherwise
     */
    public void connect(Deadline deadline) throws CryptokiException {
        CompletableFuture<Generation> first =
                login.renew(null, Login.Step.LOGIN, module.epoch(), false).orElseThrow();
        if (!threads.await(first, deadline.remainingNanos())) {
            throw SigningUnavailableException.passing(
                    "The login to token " + token + " did not return in time.", Duration.ofSeconds(1), null);
        }
        ModuleThreads.outcome(first);
        module.working(token, true);
        threads.repeat(TICK, this::tick);
        threads.repeat(settings.regrowPause(), sessions::regrow);
        sessions.fill();
    }

    /** Watches over calls, sessions and the login; short, because it runs on the timer's thread. */
    private void tick() {
        int before = threads.hanging();
        threads.findHangingCalls();
        int hanging = threads.hanging();
        if (hanging > before && hanging >= sessions.statistics().capacity()) {
            availability.open(
                    Reason.DOWN,
                    "None of the " + hanging + " calls in the PKCS#11 module for token " + token + " returns.",
                    null);
        } else if (hanging > 0
                && !recentlySucceeded(settings.hangLimit())
                && (sessions.statistics().waiting() > 0 || availability.hasFailed())) {
            availability.suspect("Token " + token + " does not work: " + hanging
                    + " calls in the PKCS#11 module do not return, and no signature was made for "
                    + settings.hangLimit().toSeconds() + " s.");
        }
        if (!availability.isOpen()) {
            sessions.maintain();
            if (!recentlySucceeded(keepaliveTime)
                    && scheduler.nanoTime() - lastLoginCheck > keepaliveTime.toNanos()
                    && checkingLogin.compareAndSet(false, true)) {
                checkLoginInBackground();
            }
        }
    }

    private boolean recentlySucceeded(Duration time) {
        OptionalLong last = requests.lastSuccess();
        return last.isPresent() && scheduler.nanoTime() - last.getAsLong() < time.toNanos();
    }

    private void checkLoginInBackground() {
        try {
            threads.execute(() -> {
                try {
                    checkLogin();
                } finally {
                    checkingLogin.set(false);
                }
            });
        } catch (SigningUnavailableException e) {
            LOG.debug("The login was not checked: {}", e.getMessage());
            checkingLogin.set(false);
        }
    }

    /** Keeps the login alive: some devices end it after half a minute without a use of it. */
    private void checkLogin() {
        Generation generation = login.current();
        if (!login.isUsable(generation)) {
            return;
        }
        try {
            login.withPin(
                    scheduler.deadline(settings.drainLimit()),
                    () -> threads.enter(settings.drainLimit(), () -> {
                        if (module.isCurrent(generation.epoch())) {
                            probe.lookUpKey(Session.ofLogin(generation));
                        }
                        return null;
                    }));
            lastLoginCheck = scheduler.nanoTime();
        } catch (CryptokiException e) {
            LOG.debug("The check of the login failed: {}.", e.getMessage());
            availability.failed(e, e.faultClass() == FaultClass.DEVICE_FAULT);
            if (e.faultClass() == FaultClass.NOT_LOGGED_IN || e.faultClass() == FaultClass.SESSION_DEAD) {
                login.renew(generation, Login.Step.LOGIN, generation.epoch(), true);
            }
        } catch (KeyNotReadyException | SigningException e) {
            // The next request for the key gets this error.
            LOG.debug("The check of the login did not find the key: {}", e.getMessage());
            lastLoginCheck = scheduler.nanoTime();
        }
    }

    /**
     * Registers the key of a signer, so that it has a separate health.
     *
     * @param description the key, as the beginning of a sentence
     * @param key the key
     * @return its recovery, which the signer keeps
     */
    public KeyAvailability key(String description, SigningKeyUse key) {
        KeyAvailability recovery =
                new KeyAvailability(description, key, availability, this::problem, login, sessions, threads, settings);
        probe.add(recovery);
        return recovery;
    }

    /**
     * Returns what does the requests that use a key.
     *
     * @return the loop
     */
    public RetryLoop requests() {
        return requests;
    }

    /**
     * Does something in a session that needs no key, such as reading objects.
     *
     * @param work what to do
     * @param deadline when to stop waiting for it
     * @param <T> the result
     * @return the result
     * @throws SigningUnavailableException if the deadline passed, or the token is known not to work
     * @throws InternalSigningException if the token refuses what it is asked for
     */
    public <T> T read(SessionWork<T> work, Deadline deadline) {
        return requests.execute(work, null, deadline);
    }

    /**
     * Does something that must not be done twice, such as generating a key: an error is reported, and only the next use is
     * prepared.
     *
     * @param work what to do
     * @param deadline when to stop waiting for it
     * @param <T> the result
     * @return the result
     * @throws InvalidConfigurationException if the token refuses what it is asked for
     * @throws SigningUnavailableException if it failed otherwise, or the token is known not to work
     */
    public <T> T once(SessionWork<T> work, Deadline deadline) {
        return requests.once(work, deadline);
    }

    /**
     * Makes a call that needs no session and no login, whether the token works or not. It is not tried again.
     *
     * @param call the call
     * @param deadline when to stop waiting for it
     * @param <T> the result
     * @return the result
     * @throws CryptokiException if a function failed
     */
    public <T> T ask(CryptokiWork<T> call, Deadline deadline) throws CryptokiException {
        return threads.ask(deadline, call);
    }

    /**
     * Logs in for the one operation that was just started in a session, with a key that requires that.
     *
     * @param session the session
     * @param pin the PIN
     * @throws CryptokiException if the module answers with an error
     * @throws SigningUnavailableException lasting, if the PIN is rejected, or was before
     */
    public void authenticate(Session session, char[] pin) throws CryptokiException {
        login.authenticate(session.handle(), pin);
    }

    /**
     * Returns the PIN for {@link #authenticate}, without a call of its source.
     *
     * @return a copy, which the caller wipes
     * @throws PinRequiredException if the PIN is not known now
     */
    public char[] pin() {
        return login.pin();
    }

    /** Allows logins again after the token rejected several PINs. */
    public void allowLogins() {
        rejectedPins.allowLogins();
    }

    /**
     * Returns the health of the token, as far as is known without a call.
     *
     * @return the health
     */
    public TokenHealth health() {
        if (closed.get()) {
            return TokenHealth.unhealthy("The token is closed.");
        }
        Optional<String> problem = problem();
        if (problem.isPresent()) {
            return TokenHealth.unhealthy(problem.get());
        }
        int hanging = threads.hanging();
        if (hanging > 0) {
            return TokenHealth.degraded(hanging + " of the sessions are lost to calls that do not return.");
        }
        if (sessions.withheld() > 0) {
            return TokenHealth.degraded("The token has no room for " + sessions.withheld() + " of the sessions.");
        }
        return TokenHealth.healthy();
    }

    private Optional<String> problem() {
        Optional<String> problem = availability.problem();
        int hanging = threads.hanging();
        return problem.isPresent() || hanging < settings.hungCallLimit()
                ? problem
                : Optional.of(hanging + " calls in the PKCS#11 module do not return.");
    }

    /**
     * Returns the sessions at this moment.
     *
     * @return the statistics
     */
    public SessionStatistics statistics() {
        return sessions.statistics();
    }

    /**
     * Waits for a limited time for work under way, then closes the sessions, the login and the share of the module. Calls in
     * the module that hang do not delay it. Further calls do nothing.
     */
    @Override
    public void close() {
        tryClose();
    }

    /**
     * Closes it as {@link #close}, and returns the outcome.
     *
     * @return {@code false} if a call in the module did not return, so that its session or the module stays open
     */
    public boolean tryClose() {
        if (closed.compareAndSet(false, true)) {
            closedCompletely = closeOnce();
        }
        return closedCompletely;
    }

    private boolean closeOnce() {
        threads.closeTimer();
        login.stop();
        boolean drained = sessions.drain(settings.drainLimit());
        if (!drained) {
            LOG.warn("Token {}: a call in the PKCS#11 module has not returned; its session stays open.", token);
        }
        CompletableFuture<Boolean> done = new CompletableFuture<>();
        Runnable end = () -> {
            boolean complete = false;
            try {
                complete = closeSessions();
                complete &= module.close(drained ? settings.drainLimit() : Duration.ZERO);
            } finally {
                done.complete(complete);
            }
        };
        try {
            threads.execute(end);
        } catch (SigningUnavailableException e) {
            LOG.debug("The token is closed on the thread of the caller: {}", e.getMessage());
            end.run();
        }
        threads.close();
        if (threads.awaitUninterruptibly(done, settings.drainLimit().toNanos())) {
            LOG.info("Token {} closed.", token);
            return drained && done.join() && threads.hanging() == 0;
        } else {
            LOG.warn(
                    "Token {}: the PKCS#11 module could not be finalised in time, because a call does not return.",
                    token);
            return false;
        }
    }

    private boolean closeSessions() {
        try {
            threads.enter(settings.drainLimit(), () -> {
                sessions.closeAll();
                login.close();
                return null;
            });
            return true;
        } catch (CryptokiException | RuntimeException e) {
            LOG.warn("The sessions with token {} could not be closed: {}", token, e.getMessage());
            return false;
        }
    }
}
