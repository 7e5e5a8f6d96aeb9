package io.github.hsmsigner.pkcs11;

import io.github.hsmsigner.core.error.SigningUnavailableException;
import io.github.hsmsigner.pkcs11.cryptoki.Cryptoki;
import io.github.hsmsigner.pkcs11.cryptoki.CryptokiException;
import io.github.hsmsigner.pkcs11.object.KeyLookup;
import io.github.hsmsigner.pkcs11.object.KeyOnToken;
import io.github.hsmsigner.pkcs11.object.TokenObjects;
import io.github.hsmsigner.pkcs11.recovery.KeyNotReadyException;
import io.github.hsmsigner.pkcs11.recovery.TokenAccess;
import io.github.hsmsigner.pkcs11.session.Generation;
import io.github.hsmsigner.pkcs11.session.Session;
import java.security.PublicKey;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The handle of a private key, which is good in one generation only: in the next the key is looked up again, and its public key
 * compared with the one that is remembered. Safe for use by any number of threads at once; each that finds the handle missing looks
 * it up in its own session, so that none waits for another that hangs.
 */
final class KeyHandle {

    private static final Logger LOG = LoggerFactory.getLogger(KeyHandle.class);

    private final Cryptoki cryptoki;
    private final TokenAccess access;
    private final KeyLookup lookup;
    private final PublicKey publicKey;
    private final boolean shownByToken;
    private final Proof proof;
    private final AtomicReference<Found> found = new AtomicReference<>();
    private final AtomicReference<String> refusal = new AtomicReference<>();

    /**
     * Remembers a key, without its handle.
     *
     * @param shownByToken whether the token itself showed the public key
     * @param proof what to do where the token does not show it
     */
    KeyHandle(
            Cryptoki cryptoki,
            TokenAccess access,
            KeyLookup lookup,
            PublicKey publicKey,
            boolean shownByToken,
            Proof proof) {
        this.cryptoki = cryptoki;
        this.access = access;
        this.lookup = lookup;
        this.publicKey = publicKey;
        this.shownByToken = shownByToken;
        this.proof = proof;
    }

    /** Takes a handle that was just found in a session. */
    void found(Session session, long handle) {
        found.set(new Found(handle, session.generation()));
    }

    /** The handle for use in a session. */
    long in(Session session) throws CryptokiException {
        Found known = found.get();
        return known != null && known.generation() == session.generation() ? known.handle() : lookUp(session);
    }

    private long lookUp(Session session) throws CryptokiException {
        try {
            String token = session.generation().token().toString();
            KeyOnToken key =
                    lookup.findAgain(new TokenObjects(cryptoki, session.handle()), token, publicKey, shownByToken);
            long handle = key.object().handle();
            if (key.publicKey().isEmpty() && !proof.holds(session, handle)) {
                throw SigningUnavailableException.lasting(
                        "Token " + token + " has another key in the place of " + lookup
                                + ": a signature made with it does not verify with the public key of the one that was"
                                + " found at the start. It is not used.",
                        null);
            }
            accepted(session, handle);
            return handle;
        } catch (SigningUnavailableException e) {
            if (e.retryable()) {
                throw new KeyNotReadyException(e);
            }
            refused(e);
            throw e;
        }
    }

    private void accepted(Session session, long handle) {
        found(session, handle);
        if (refusal.getAndSet(null) != null) {
            LOG.info("The key that was found at the start is there again: {}.", lookup);
        }
        access.keyProblem(this, Optional.empty());
    }

    /** Once in the log for each kind of refusal, however many requests meet it. */
    private void refused(SigningUnavailableException e) {
        if (!e.getMessage().equals(refusal.getAndSet(e.getMessage()))) {
            LOG.error("{}", e.getMessage());
        }
        access.keyProblem(this, Optional.of(e.getMessage()));
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
