package io.github.hsmsigner.pkcs11.recovery;

import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.error.SigningUnavailableException;
import io.github.hsmsigner.pkcs11.cryptoki.CryptokiException;
import io.github.hsmsigner.pkcs11.cryptoki.CryptokiModule;
import io.github.hsmsigner.pkcs11.cryptoki.TokenInfo;
import io.github.hsmsigner.pkcs11.session.Generation;
import io.github.hsmsigner.pkcs11.session.GenerationEndedException;
import io.github.hsmsigner.pkcs11.session.SessionPool;
import io.github.hsmsigner.pkcs11.session.SessionWork;
import java.time.Duration;

/**
 * Does what requests ask for in a session, while the breaker lets them, and again for as long as {@link FaultHandling} has it tried
 * again. Owned by the token's access; safe for use by any number of threads at once.
 */
final class Requests {

    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private final CryptokiModule module;
    private final TokenInfo token;
    private final TokenConnection connection;
    private final SessionPool sessions;
    private final CircuitBreaker breaker;
    private final Runnable admission;
    private final FaultHandling faults;

    Requests(
            CryptokiModule module,
            TokenInfo token,
            TokenConnection connection,
            SessionPool sessions,
            CircuitBreaker breaker,
            FaultHandling faults) {
        this.module = module;
        this.token = token;
        this.connection = connection;
        this.sessions = sessions;
        this.breaker = breaker;
        this.admission = breaker::check;
        this.faults = faults;
    }

    /**
     * Does something, more than once if need be.
     *
     * @param key what is done with a key; {@code null} if none is needed
     */
    <T> T execute(SessionWork<T> work, KeyOperation<?> key, Deadline deadline) {
        if (deadline.hasPassed()) {
            throw SigningUnavailableException.passing(
                    "The deadline had passed before token " + token + " was asked.", RETRY_AFTER, null);
        }
        FaultHandling.Retries retries = null;
        while (true) {
            breaker.check();
            long epoch = module.epoch();
            Generation seen = connection.current();
            try {
                T result = sessions.withSession(deadline, admission, work);
                breaker.succeeded();
                return result;
            } catch (CryptokiException e) {
                retries = retries == null ? faults.retries(key, deadline) : retries;
                retries.after(e, seen, epoch);
            } catch (KeyNotReadyException e) {
                retries = retries == null ? faults.retries(key, deadline) : retries;
                retries.after(e, seen);
            } catch (GenerationEndedException e) {
                retries = retries == null ? faults.retries(key, deadline) : retries;
                retries.after(e, seen);
            }
        }
    }

    /** Does something that must not be done twice. */
    <T> T once(SessionWork<T> work, Deadline deadline) {
        breaker.check();
        long epoch = module.epoch();
        Generation seen = connection.current();
        try {
            return sessions.withSession(deadline, admission, work);
        } catch (CryptokiException e) {
            throw faults.unrepeatable(e, seen, epoch);
        } catch (GenerationEndedException e) {
            throw faults.unrepeatable(e, seen);
        }
    }
}
