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
import io.github.hsmsigner.pkcs11.cryptoki.TokenInfo;
import io.github.hsmsigner.pkcs11.health.RecoverySettings;
import io.github.hsmsigner.pkcs11.health.SessionStatistics;
import io.github.hsmsigner.pkcs11.health.TokenHealth;
import io.github.hsmsigner.pkcs11.session.ModuleCalls;
import io.github.hsmsigner.pkcs11.session.Session;
import io.github.hsmsigner.pkcs11.session.SessionPool;
import io.github.hsmsigner.pkcs11.session.SessionWork;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Uses a token in spite of what goes wrong with it: the way in to this package, which puts its parts together and holds them.
 *
 * <p>Work that is given to it may be done more than once. It fails only when its deadline passes, when the token is known not to
 * work, or when the token refuses what is asked for. Owned by the token; safe for use by any number of threads at once.
 */
public final class TokenAccess implements AutoCloseable {

    private final CryptokiModule module;
    private final TokenInfo token;
    private final ModuleCalls calls;
    private final TokenConnection connection;
    private final SessionPool sessions;
    private final CircuitBreaker breaker;
    private final BackgroundWork background;
    private final Probe probe;
    private final LoginRenewal logins;
    private final Requests requests;
    private final TokenCondition condition;
    private final Shutdown shutdown;
    private final AtomicBoolean closed = new AtomicBoolean();

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
        RecoverySettings settings = options.recovery();
        this.calls =
                new ModuleCalls(module, options.onCallersThread(), token.label(), options.events(), this::onHungCall);
        this.connection = new TokenConnection(
                module,
                cryptoki,
                calls,
                locator,
                new PinLatch(options.pin(), options.pinSource()),
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
        this.background = new BackgroundWork(calls, token, settings.drainLimit(), reason -> breaker.open(reason, null));
        this.probe = new Probe(module, calls, connection, sessions, breaker, background, settings);
        this.logins = new LoginRenewal(connection, background);
        FaultHandling faults = new FaultHandling(token, settings, breaker, logins, probe);
        this.requests = new Requests(module, token, connection, sessions, breaker, faults);
        this.condition = new TokenCondition(breaker, calls, sessions, settings);
        this.shutdown = new Shutdown(module, token, calls, connection, sessions, settings.drainLimit());
        background.regularly(options.keepAlive().dividedBy(2), () -> sessions.closeIdle(options.keepAlive()));
        background.regularly(settings.regrowPause(), sessions::regrow);
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
        probe.start();
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
            logins.first(deadline);
            module.working(true);
        } catch (SigningUnavailableException e) {
            if (!e.retryable()) {
                breaker.openForGood(e);
            }
            throw e;
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
        return requests.execute(operation, operation, deadline);
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
        return requests.execute(work, null, deadline);
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
        return requests.once(work, deadline);
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
        condition.keyProblem(key, problem);
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
        return condition.health();
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
        background.close();
        shutdown.run();
    }
}
