package io.github.hsmsigner.pkcs11.internal.session;

import io.github.hsmsigner.core.error.SigningUnavailableException;

/**
 * A key could not be looked up now; another try can help. The session is not affected. Never reaches the caller of a signer: its
 * cause does.
 */
public final class KeyNotReadyException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates the exception.
     *
     * @param cause the error for the caller, if another try does not help
     */
    public KeyNotReadyException(SigningUnavailableException cause) {
        super(cause.getMessage(), cause);
    }

    /**
     * Returns the error for the caller.
     *
     * @return the cause
     */
    public SigningUnavailableException unavailable() {
        return (SigningUnavailableException) getCause();
    }
}
