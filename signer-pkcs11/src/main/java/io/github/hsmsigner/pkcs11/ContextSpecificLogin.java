package io.github.hsmsigner.pkcs11;

import io.github.hsmsigner.core.error.SigningUnavailableException;
import io.github.hsmsigner.pkcs11.cryptoki.Cryptoki;
import io.github.hsmsigner.pkcs11.cryptoki.CryptokiException;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The login of one signature with a key that is marked CKA_ALWAYS_AUTHENTICATE (PKCS#11 2.40, section 4.9).
 *
 * <p>A PIN that is refused once is not tried again by any thread, because tokens lock a user after a few wrong ones.
 */
final class ContextSpecificLogin {

    private final Cryptoki cryptoki;
    private final PinSource source;
    private final String key;
    private final AtomicBoolean refused = new AtomicBoolean();

    ContextSpecificLogin(Cryptoki cryptoki, PinSource source, String key) {
        this.cryptoki = cryptoki;
        this.source = source;
        this.key = key;
    }

    /**
     * Before an operation is started: an operation that cannot be logged in to need not be started.
     *
     * @throws SigningUnavailableException if the PIN was refused before
     */
    void requireNotRefused() {
        if (refused.get()) {
            throw refusal(null);
        }
    }

    /**
     * After C_SignInit, before C_Sign. One at a time, so that threads that come together do not try a wrong PIN several times.
     *
     * @throws SigningUnavailableException if the PIN is refused
     */
    void login(long session) throws CryptokiException {
        synchronized (refused) {
            requireNotRefused();
            char[] pin = source.pin();
            try {
                cryptoki.loginContextSpecific(session, pin);
            } catch (CryptokiException e) {
                if (e.refusesPin()) {
                    refused.set(true);
                    throw refusal(e);
                }
                throw e;
            } finally {
                Arrays.fill(pin, '\0');
            }
        }
    }

    private SigningUnavailableException refusal(CryptokiException cause) {
        return SigningUnavailableException.lasting(
                "The PIN is refused for " + key + ", which wants it for each signature"
                        + (cause == null ? "" : " (" + cause.getMessage() + ")")
                        + ". It is not tried again, because tokens lock a user after a few wrong ones.",
                cause);
    }
}
