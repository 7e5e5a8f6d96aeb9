package io.github.hsmsigner.pkcs11.session;

import io.github.hsmsigner.pkcs11.cryptoki.Cryptoki;
import io.github.hsmsigner.pkcs11.cryptoki.CryptokiException;
import io.github.hsmsigner.pkcs11.cryptoki.CryptokiModule;
import io.github.hsmsigner.pkcs11.cryptoki.TokenInfo;
import io.github.hsmsigner.pkcs11.health.Pkcs11Events;
import io.github.hsmsigner.pkcs11.health.SessionCloseReason;
import java.time.Duration;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens and closes the sessions of a {@link SessionPool}, and keeps those that are idle, the one used last first. How many there may
 * be is the pool's business.
 *
 * <p>What opens or closes a session is to be called between entering and leaving the module. Owned by the pool; safe for use by any
 * number of threads at once.
 */
final class OpenSessions {

    private static final Logger LOG = LoggerFactory.getLogger(OpenSessions.class);

    private final Cryptoki cryptoki;
    private final CryptokiModule module;
    private final Pkcs11Events events;
    private final ConcurrentLinkedDeque<Session> idle = new ConcurrentLinkedDeque<>();
    private final AtomicLong opened = new AtomicLong();
    private final AtomicLong ended = new AtomicLong();

    OpenSessions(Cryptoki cryptoki, CryptokiModule module, Pkcs11Events events) {
        this.cryptoki = cryptoki;
        this.module = module;
        this.events = events;
    }

    Session open(Generation generation) throws CryptokiException {
        Session session = new Session(open(cryptoki, generation.token()), generation);
        opened.incrementAndGet();
        events.sessionOpened();
        return session;
    }

    private static long open(Cryptoki cryptoki, TokenInfo token) throws CryptokiException {
        return token.requiresReadOnlySessions()
                ? cryptoki.openReadOnlySession(token.slotId())
                : cryptoki.openSession(token.slotId());
    }

    void close(Session session, SessionCloseReason reason) {
        try {
            // After C_Initialize the handle is void, or by chance that of a new session of somebody else.
            if (session.generation().epoch() == module.epoch()) {
                cryptoki.closeSession(session.handle());
            }
        } catch (CryptokiException e) {
            LOG.debug("A session could not be closed: {}.", e.getMessage());
        } finally {
            ended.incrementAndGet();
            events.sessionClosed(reason);
        }
    }

    /** Takes the idle session that was used last; {@code null} if none is idle. */
    Session takeIdle() {
        return idle.pollFirst();
    }

    /** Keeps a session that was just used. */
    void keep(Session session) {
        session.used(System.nanoTime());
        idle.addFirst(session);
    }

    /** Keeps a session that was taken, but never used. */
    void putBack(Session session) {
        idle.addFirst(session);
    }

    /** Closes the idle sessions of other generations than the current one. */
    void closeStale(Generation current) {
        idle.forEach(session -> {
            if (session.generation() != current && idle.remove(session)) {
                close(session, SessionCloseReason.GENERATION_ENDED);
            }
        });
    }

    /** Closes the sessions that have been idle for longer than that. */
    void closeIdle(Duration keepAlive) {
        long now = System.nanoTime();
        // The one used least recently is the last.
        Session oldest = idle.pollLast();
        while (oldest != null && now - oldest.lastUse() > keepAlive.toNanos()) {
            close(oldest, SessionCloseReason.IDLE);
            oldest = idle.pollLast();
        }
        if (oldest != null) {
            idle.addLast(oldest);
        }
    }

    /** Closes all that are idle, as the token is being closed. */
    void closeAll() {
        for (Session session = idle.pollFirst(); session != null; session = idle.pollFirst()) {
            close(session, SessionCloseReason.TOKEN_CLOSED);
        }
    }

    /** How many are idle. */
    int idle() {
        return idle.size();
    }

    /** How many were ever opened. */
    long opened() {
        return opened.get();
    }

    /** How many of them ended. */
    long ended() {
        return ended.get();
    }
}
