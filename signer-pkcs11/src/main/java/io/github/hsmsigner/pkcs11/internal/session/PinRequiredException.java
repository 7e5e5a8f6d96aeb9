package io.github.hsmsigner.pkcs11.internal.session;

/**
 * A signature requires the PIN, which is not known now. It is requested outside the module, because its source can be
 * slow; then the work is done again. Thrown before the session is used. Never reaches the caller of a signer.
 */
public final class PinRequiredException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** Creates the exception. */
    public PinRequiredException() {
        super("The PIN is not known.", null, false, false);
    }
}
