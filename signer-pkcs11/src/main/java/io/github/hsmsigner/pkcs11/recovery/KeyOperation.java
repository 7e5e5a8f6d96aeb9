package io.github.hsmsigner.pkcs11.recovery;

import io.github.hsmsigner.pkcs11.cryptoki.CryptokiException;
import io.github.hsmsigner.pkcs11.session.Session;
import io.github.hsmsigner.pkcs11.session.SessionWork;

/**
 * Something to do with a key, that may be done again after it failed.
 *
 * @param <T> what comes of it
 */
public interface KeyOperation<T> extends SessionWork<T> {

    /** Tells that the key's handle may not be trusted any more: it is to be looked up again, and its public key compared. */
    void forgetHandle();

    /**
     * Uses the key for nothing, to see whether the device works.
     *
     * @param session a session
     * @throws CryptokiException if it does not
     */
    void trial(Session session) throws CryptokiException;
}
