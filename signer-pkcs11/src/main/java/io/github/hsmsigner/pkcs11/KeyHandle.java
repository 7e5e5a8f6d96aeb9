package io.github.hsmsigner.pkcs11;

import io.github.hsmsigner.core.error.SigningUnavailableException;
import io.github.hsmsigner.pkcs11.internal.cryptoki.Cryptoki;
import io.github.hsmsigner.pkcs11.internal.cryptoki.CryptokiException;
import io.github.hsmsigner.pkcs11.internal.cryptoki.FaultClass;
import io.github.hsmsigner.pkcs11.internal.cryptoki.ReturnValue;
import io.github.hsmsigner.pkcs11.internal.object.KeyLookup;
import io.github.hsmsigner.pkcs11.internal.object.KeyOnToken;
import io.github.hsmsigner.pkcs11.internal.object.TokenObjects;
import io.github.hsmsigner.pkcs11.internal.session.Generation;
import io.github.hsmsigner.pkcs11.internal.session.KeyNotReadyException;
import io.github.hsmsigner.pkcs11.internal.session.Session;
import java.security.PublicKey;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The handle of a private key, which is valid in one generation only. In the next generation the key is looked up
 * again, and its public key is compared with the remembered one. Thread-safe. Each thread that finds no handle looks it
 * up in its own session, so that none waits for a thread that hangs.
 */
final class KeyHandle {

    private static final Logger LOG = LoggerFactory.getLogger(KeyHandle.class);

    private final Cryptoki cryptoki;
    private final KeyLookup lookup;
    private final PublicKey publicKey;
    private final boolean shownByToken;
    private final Proof proof;
    private final AtomicReference<Found> found = new AtomicReference<>();

    /**
     * Remembers a key, without its handle.
     *
     * @param shownByToken whether the token itself showed the public key
     * @param proof what to do where the token does not show it
     */
    KeyHandle(Cryptoki cryptoki, KeyLookup lookup, PublicKey publicKey, boolean shownByToken, Proof proof) {
        this.cryptoki = cryptoki;
        this.lookup = lookup;
        this.publicKey = publicKey;
        this.shownByToken = shownByToken;
        this.proof = proof;
    }

    /** Takes a handle that was just found in a session. */
    void found(Session session, long handle) {
        found.set(new Found(handle, session.generation()));
    }

    /** Returns the handle for use in a session. */
    long in(Session session) throws CryptokiException {
        Found known = found.get();
        return known != null && known.generation() == session.generation() ? known.handle() : lookUp(session);
    }

    /** Looks the key up in a session, whether its handle is known or not. */
    long lookUp(Session session) throws CryptokiException {
        try {
            String token = session.generation().token().toString();
            TokenObjects objects = TokenObjects.duringRequest(cryptoki, session.handle());
            KeyOnToken key = lookup.findAgain(objects, token, publicKey, shownByToken);
            long handle = key.object().handle();
            if (key.publicKey().isEmpty() && !proof.holds(session, handle)) {
                throw SigningUnavailableException.lasting(
                        SigningUnavailableException.Reason.KEY_MISSING,
                        "Token " + token + " has another key in the place of " + lookup
                                + ". A signature made with it does not verify with the public key that was found at"
                                + " startup. The key is not used.",
                        null);
            }
            found(session, handle);
            return handle;
        } catch (SigningUnavailableException e) {
            if (e.retryable()) {
                requireLogin(session, e);
                throw new KeyNotReadyException(e);
            }
            throw e;
        }
    }

    /** Private keys are not visible without a login: a login that was lost looks like a key that is missing. */
    private void requireLogin(Session session, SigningUnavailableException missing) throws CryptokiException {
        try {
            if (cryptoki.isLoggedIn(session.handle())) {
                return;
            }
        } catch (CryptokiException e) {
            if (e.faultClass() == FaultClass.CALLER_ERROR) {
                // The module does not have this function.
                return;
            }
            // A session that does not work explains why the key is not found.
            e.addSuppressed(missing);
            throw e;
        }
        LOG.debug("The login was lost: {}", missing.getMessage());
        throw new CryptokiException("C_GetSessionInfo", ReturnValue.USER_NOT_LOGGED_IN);
    }

    void forget() {
        found.set(null);
    }

    private record Found(long handle, Generation generation) {}

    /** Proves a key by a signature. */
    @FunctionalInterface
    interface Proof {
        boolean holds(Session session, long handle) throws CryptokiException;
    }
}
