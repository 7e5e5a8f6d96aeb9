package io.github.hsmsigner.pkcs11.internal.session;

import io.github.hsmsigner.pkcs11.internal.cryptoki.CryptokiException;

/**
 * Something to do in a session.
 *
 * @param <T> what comes of it
 */
@FunctionalInterface
public interface SessionWork<T> {

    /**
     * Does it.
     *
     * @param session a session that no other thread uses meanwhile
     * @return what comes of it
     * @throws CryptokiException if a function fails; the session is then closed
     */
    T in(Session session) throws CryptokiException;

    /** It was done after its caller had stopped waiting: no caller received what came of it. Throws nothing. */
    default void returnedLate() {}
}
