package io.github.hsmsigner.pkcs11.internal.recovery;

import io.github.hsmsigner.pkcs11.internal.cryptoki.CryptokiException;
import io.github.hsmsigner.pkcs11.internal.session.Session;

/** The key of a signer, as recovery needs it. Implementations are thread-safe. */
public interface SigningKeyUse {

    /** The handle of the key must not be used any more. The key is looked up again, and its public key compared. */
    void forgetHandle();

    /**
     * Looks the key up.
     *
     * @param session a session
     * @throws CryptokiException if that fails
     */
    void lookUp(Session session) throws CryptokiException;

    /**
     * Makes a signature that is of no use, to find out whether the device signs.
     *
     * @param session a session
     * @throws CryptokiException if it does not
     */
    void trial(Session session) throws CryptokiException;
}
