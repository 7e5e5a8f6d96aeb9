package io.github.hsmsigner.pkcs11;

import io.github.hsmsigner.core.error.SigningUnavailableException;
import io.github.hsmsigner.core.internal.secret.MalformedSecretException;

/** Refuses sources that have no PIN. */
final class PinText {

    private PinText() {}

    /** Returns the PIN, which must not be empty: some tokens take an empty one as a request for their own keypad. */
    static char[] require(char[] pin, String source) {
        if (pin.length == 0) {
            throw missing(source + " is empty", null);
        }
        return pin;
    }

    static SigningUnavailableException malformed(String source, MalformedSecretException e) {
        return missing(source + " " + e.getMessage(), e);
    }

    static SigningUnavailableException missing(String what, Throwable cause) {
        return SigningUnavailableException.lasting("There is no PIN for the token: " + what + ".", cause);
    }
}
