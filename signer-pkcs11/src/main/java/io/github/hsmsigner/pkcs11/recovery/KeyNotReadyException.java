package io.github.hsmsigner.pkcs11.recovery;

import io.github.hsmsigner.core.error.SigningUnavailableException;

/** A key could not be looked up just now; trying again may help. Never reaches the caller of a signer: its cause does. */
public final class KeyNotReadyException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /**
     * Makes the exception.
     *
     * @param cause what to tell the caller, if trying again does not help
     */
    public KeyNotReadyException(SigningUnavailableException cause) {
        super(cause.getMessage(), cause);
    }

    SigningUnavailableException unavailable() {
        return (SigningUnavailableException) getCause();
    }
}
