package io.github.hsmsigner.pkcs11.recovery;

import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.error.InternalSigningException;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.core.error.SigningException;
import io.github.hsmsigner.core.error.SigningUnavailableException;
import io.github.hsmsigner.pkcs11.cryptoki.Cryptoki;
import io.github.hsmsigner.pkcs11.cryptoki.CryptokiException;
import io.github.hsmsigner.pkcs11.cryptoki.CryptokiModule;
import io.github.hsmsigner.pkcs11.cryptoki.CryptokiWork;
import io.github.hsmsigner.pkcs11.cryptoki.FaultClass;
import io.github.hsmsigner.pkcs11.cryptoki.ModuleBusyException;
import io.github.hsmsigner.pkcs11.cryptoki.ReturnValue;
import io.github.hsmsigner.pkcs11.cryptoki.TokenInfo;
import io.github.hsmsigner.pkcs11.health.RecoverySettings;
import io.github.hsmsigner.pkcs11.health.SessionStatistics;
import io.github.hsmsigner.pkcs11.health.TokenHealth;
import io.github.hsmsigner.pkcs11.session.Generation;
import io.github.hsmsigner.pkcs11.session.GenerationEndedException;
import io.github.hsmsigner.pkcs11.session.ModuleCalls;
import io.github.hsmsigner.pkcs11.session.Session;
import io.github.hsmsigner.pkcs11.session.SessionPool;
import io.github.hsmsigner.pkcs11.session.SessionWork;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Uses a token, and acts on whatever goes wrong with it: the one place where the classes of
 * {@link io.github.hsmsigner.pkcs11.cryptoki.FaultClass} turn into deeds.
 *
 * <p>Work that is given to it may be done more than once. It fails only when its deadline passes, when the token is known not to
 * work, or when the token refuses what is asked for. Owned by the token; safe for use by any number of threads at once.
 */
public final class TokenAccess implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(TokenAccess.class);
    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);
    private static final int QUICK_RETRIES = 4;
    private static final int LOOKUPS = 3;
    private static final int RENEWALS = 8;
    private static final long NO_EPOCH = TokenConnection.NO_EPOCH;

    private final CryptokiModule module;
    private final TokenInfo token;
    private final RecoverySettings settings;
    private final ModuleCalls calls;
    private final TokenConnection connection;
    private final SessionPool sessions;
    private final CircuitBreaker breaker;
    private final Runnable admission;
    private final ScheduledThreadPoolExecutor timer;
    private final Map<Object, String> unusableKeys = new ConcurrentHashMap<>();
    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile KeyOperation<?> trial;

    /**
     * Prepares access, without a login.
     *
     * @param module the share of the module, which is closed with this
     * @param cryptoki its functions
     * @param token the token as it is now
     * @param locator how to find it again
     * @param options what is set
     */
    public TokenAccess(
            CryptokiModule module, Cryptoki cryptoki, TokenInfo token, TokenLocator locator, AccessOptions options) {
        this.module = module;
        this.token = token;
        this.settings = options.recovery();
        this.timer = new ScheduledThreadPoolExecutor(1, work -> {
            Thread thread = new Thread(work, "pkcs11-timer-" + token.label());
            thread.setDaemon(true);
            return thread;
        });
        this.calls =
                new ModuleCalls(module, options.onCallersThread(), token.label(), options.events(), this::onHungCall);
        this.connection = new TokenConnection(
                module,
                cryptoki,
                calls,
                locator,
                new PinLatch(options.pin()),
                options.loginOnFinalTry(),
                settings.drainLimit(),
                options.events());
        this.sessions = new SessionPool(
                cryptoki,
                module,
                calls,
                connection::current,
                options.maxSessions(),
                options.openingsAtOnce(),
                options.events());
        this.breaker = new CircuitBreaker(settings, options.events(), token.toString(), this::startProbing);
        this.admission = breaker::check;
        schedule(options.keepAlive().dividedBy(2), () -> sessions.closeIdle(options.keepAlive()));
        schedule(settings.regrowPause(), sessions::regrow);
    }

    private void schedule(Duration pause, Runnable housekeeping) {
        timer.scheduleWithFixedDelay(
                () -> background(() -> {
                    try {
                        calls.here(settings.drainLimit(), () -> {
                            housekeeping.run();
                            return null;
                        });
                    } catch (CryptokiException | SigningUnavailableException e) {
                        LOG.debug("Housekeeping was put off: {}", e.getMessage());
                    }
                }),
                pause.toNanos(),
                pause.toNanos(),
                TimeUnit.NANOSECONDS);
    }

    /**
     * Logs in for the first time. There is one C_Login.
     *
     * @param deadline until when to wait
     * @throws SigningException if the token cannot be used. Where waiting does not help it is lasting; the access is then unusable,
     *     but waits for another PIN
     * @throws CryptokiException if a function fails otherwise
     */
    public void connect(Deadline deadline) throws CryptokiException {
        try {
            await(renew(null, NO_EPOCH, e -> {}), deadline);
            module.working(true);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof CryptokiException cause) {
                throw cause;
            }
            if (e.getCause() instanceof SigningUnavailableException cause && !cause.retryable()) {
                breaker.openForGood(cause);
            }
            throw (RuntimeException) e.getCause();
        }
    }

    /**
     * Does something with a key.
     *
     * @param operation what to do
     * @param deadline by when the answer is due
     * @param <T> what comes of it
     * @return what came of it
     * @throws SigningUnavailableException if the deadline passed, or the token is known not to work
     * @throws InternalSigningException if the token refuses what it is asked for
     */
    public <T> T execute(KeyOperation<T> operation, Deadline deadline) {
        return execute(operation, operation, deadline);
    }

    /**
     * Does something in a session that needs no key, such as reading objects.
     *
     * @param work what to do
     * @param deadline by when the answer is due
     * @param <T> what comes of it
     * @return what came of it
     * @throws SigningUnavailableException if the deadline passed, or the token is known not to work
     * @throws InternalSigningException if the token refuses what it is asked for
     */
    public <T> T read(SessionWork<T> work, Deadline deadline) {
        return execute(work, null, deadline);
    }

    /**
     * Asks the module something that needs no session and no login, whether the token can be used or not. Not tried again.
     *
     * @param work what to ask
     * @param deadline by when the answer is due
     * @param <T> what comes of it
     * @return what came of it
     * @throws CryptokiException if a function failed
     */
    public <T> T ask(CryptokiWork<T> work, Deadline deadline) throws CryptokiException {
        return calls.ask(deadline, work);
    }

    /**
     * Does something that must not be done twice, such as generating a key: an error is reported, and only the next use is made
     * ready.
     *
     * @param work what to do
     * @param deadline by when the answer is due
     * @param <T> what comes of it
     * @return what came of it
     * @throws InvalidConfigurationException if the token refuses what it is asked for
     * @throws SigningUnavailableException if it failed otherwise, or the token is known not to work
     */
    public <T> T once(SessionWork<T> work, Deadline deadline) {
        breaker.check();
        long epoch = module.epoch();
        Generation seen = connection.current();
        try {
            return sessions.withSession(deadline, admission, work);
        } catch (CryptokiException e) {
            if (e.faultClass() == FaultClass.CALLER_ERROR) {
                throw new InvalidConfigurationException(
                        "Token " + token + " refuses what it was asked for: " + e.getMessage() + ".", e);
            }
            renew(seen, e.faultClass() == FaultClass.MODULE_DEAD ? epoch : NO_EPOCH, this::renewalFailed);
            throw SigningUnavailableException.passing(
                    "Token " + token + " cannot be used: " + e.getMessage() + ".", RETRY_AFTER, e);
        } catch (GenerationEndedException e) {
            renew(seen, NO_EPOCH, this::renewalFailed);
            throw SigningUnavailableException.passing(
                    "Token " + token + " cannot be used: " + e.getMessage() + ".", RETRY_AFTER, e);
        }
    }

    private <T> T execute(SessionWork<T> work, KeyOperation<?> key, Deadline deadline) {
        if (deadline.hasPassed()) {
            throw SigningUnavailableException.passing(
                    "The deadline had passed before token " + token + " was asked.", RETRY_AFTER, null);
        }
        Retries retries = null;
        while (true) {
            breaker.check();
            long epoch = module.epoch();
            Generation seen = connection.current();
            try {
                T result = sessions.withSession(deadline, admission, work);
                breaker.succeeded();
                return result;
            } catch (CryptokiException e) {
                retries = retries == null ? new Retries(key, deadline) : retries;
                retries.after(e, seen, epoch);
            } catch (KeyNotReadyException e) {
                retries = retries == null ? new Retries(key, deadline) : retries;
                retries.afterLookup(e, seen);
            } catch (GenerationEndedException e) {
                retries = retries == null ? new Retries(key, deadline) : retries;
                retries.inNewGeneration(seen, NO_EPOCH, e);
            }
        }
    }

    private CompletableFuture<Generation> renew(Generation seen, long epochToEnd, Consumer<Throwable> onFailure) {
        return connection.renew(seen, epochToEnd, work -> watched(work, "A login"), onFailure);
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

    private static Generation await(CompletableFuture<Generation> renewal, Deadline deadline)
            throws ExecutionException {
        try {
            return renewal.get(deadline.remainingNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw SigningUnavailableException.passing(
                    "The login to the token was not renewed before the deadline.", RETRY_AFTER, null);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw SigningUnavailableException.passing("Waiting for a login was interrupted.", RETRY_AFTER, e);
        }
    }

    /** Runs work in the background, and counts it as a hung call when it takes too long. */
    private void watched(Runnable work, String what) {
        AtomicInteger state = new AtomicInteger();
        calls.background(() -> {
            try {
                work.run();
            } finally {
                if (!state.compareAndSet(0, 1)) {
                    calls.backgroundReturned();
                }
            }
        });
        // Twice, as it may first wait for others to leave the module and then for its own entry.
        later(settings.drainLimit().multipliedBy(2), () -> {
            if (state.compareAndSet(0, 2)) {
                calls.backgroundHangs();
                breaker.open(what + " to token " + token + " does not come back from the PKCS#11 module.", null);
            }
        });
    }

    private void background(Runnable work) {
        try {
            calls.background(work);
        } catch (RejectedExecutionException e) {
            LOG.debug("Not done, as the token is closed.");
        }
    }

    private void later(Duration pause, Runnable work) {
        try {
            timer.schedule(work, pause.toNanos(), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            LOG.debug("Not done, as the token is closed.");
        }
    }

    private void onHungCall() {
        SessionStatistics now = sessions.statistics();
        if (now.hungCalls() >= now.capacity()) {
            breaker.open(
                    "None of the " + now.hungCalls() + " calls in the PKCS#11 module for token " + token
                            + " comes back.",
                    null);
        }
    }

    private void startProbing() {
        module.working(false);
        probeAfter(new Backoff(settings.firstProbePause(), settings.longestProbePause()));
    }

    private void probeAfter(Backoff pauses) {
        Duration pause = breaker.isOpenForGood() ? settings.pinCheckPause() : pauses.next();
        breaker.nextProbeIn(pause);
        later(pause, () -> {
            try {
                watched(() -> probe(pauses), "A probe");
            } catch (RejectedExecutionException e) {
                LOG.debug("Not probed, as the token is closed.");
            }
        });
    }

    private void probe(Backoff pauses) {
        boolean works = false;
        try {
            works = works(false) || (!breaker.isOpenForGood() && !module.othersWork() && works(true));
        } catch (RuntimeException e) {
            LOG.debug("The probe failed: {}", e.getMessage());
        }
        if (works && !closed.get()) {
            module.working(true);
            breaker.close();
        } else if (!closed.get()) {
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
                            initialize ? module.epoch() : NO_EPOCH,
                            Runnable::run,
                            this::probeFailed)
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

    private void probeFailed(Throwable failure) {
        if (failure instanceof SigningUnavailableException e && !e.retryable()) {
            breaker.openForGood(e);
        }
    }

    /**
     * Logs in for the one operation that was just started in a session, with a key that wants that.
     *
     * @param session the session
     * @throws CryptokiException if the module answers with an error
     * @throws SigningUnavailableException lasting, if the PIN is refused, or was before
     */
    public void authenticate(Session session) throws CryptokiException {
        try {
            connection.authenticate(session.handle());
        } catch (SigningUnavailableException e) {
            if (!e.retryable()) {
                breaker.openForGood(e);
            }
            throw e;
        }
    }

    /**
     * Says that a key cannot be used, or that it can after all.
     *
     * @param key what tells the key from others
     * @param problem why not; empty if it can
     */
    public void keyProblem(Object key, Optional<String> problem) {
        problem.ifPresentOrElse(why -> unusableKeys.put(key, why), () -> {
            if (!unusableKeys.isEmpty()) {
                unusableKeys.remove(key);
            }
        });
    }

    /**
     * How the token is, as far as is known without asking it.
     *
     * @return the state
     */
    public TokenHealth health() {
        if (closed.get()) {
            return TokenHealth.unhealthy("The token is closed.");
        }
        Optional<String> trouble =
                breaker.reason().or(() -> unusableKeys.values().stream().findFirst());
        if (trouble.isPresent()) {
            return TokenHealth.unhealthy(trouble.get());
        }
        int hung = calls.hung();
        if (hung >= settings.hungCallLimit()) {
            return TokenHealth.unhealthy(hung + " calls in the PKCS#11 module do not come back.");
        }
        if (hung > 0) {
            return TokenHealth.degraded(hung + " of the sessions are lost to calls that do not come back.");
        }
        if (sessions.withheld() > 0) {
            return TokenHealth.degraded("The token has no room for " + sessions.withheld() + " of the sessions.");
        }
        return TokenHealth.healthy();
    }

    /**
     * The sessions at this moment.
     *
     * @return the statistics
     */
    public SessionStatistics statistics() {
        return sessions.statistics();
    }

    /**
     * Waits a little for work under way, then closes the sessions, the login and the share of the module. Further calls do nothing.
     */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        timer.shutdownNow();
        boolean drained = sessions.drain(settings.drainLimit());
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
                calls.here(settings.drainLimit(), () -> {
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
            done.get(settings.drainLimit().toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException | ExecutionException e) {
            LOG.warn("Closing the sessions with token {} does not come back.", token);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** What one request went through. Used by its thread. */
    private final class Retries {

        private final KeyOperation<?> key;
        private final Deadline deadline;
        private final Backoff pauses = new Backoff(settings.firstRetryPause(), settings.longestRetryPause());
        private int quick;
        private int sessionsLost;
        private int lookups;
        private int notReady;
        private int renewals;

        Retries(KeyOperation<?> key, Deadline deadline) {
            this.key = key;
            this.deadline = deadline;
        }

        /** Acts on an error. Returns when the request is to be tried again, and throws when not. */
        void after(CryptokiException e, Generation seen, long epoch) {
            if (key != null) {
                trial = key;
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

        /**
         * The key could not be found or compared just now. Private keys cannot be seen without a login, so that is what a lost login
         * looks like on tokens that void handles with it.
         */
        void afterLookup(KeyNotReadyException e, Generation seen) {
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
        void inNewGeneration(Generation seen, long epochToEnd, Exception why) {
            try {
                await(renew(seen, epochToEnd, TokenAccess.this::renewalFailed), deadline);
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
