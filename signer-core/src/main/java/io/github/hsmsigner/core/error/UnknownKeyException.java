package io.github.hsmsigner.core.error;

/**
 * The request names a key that is not configured, or names none where several are.
 */
public final class UnknownKeyException extends SigningException {

    private static final long serialVersionUID = 1L;

    /**
     * Makes the error.
     *
     * @param message what is wrong and what is expected, in words the client may read
     */
    public UnknownKeyException(String message) {
        this(message, null);
    }

    /**
     * Makes the error with its cause.
     *
     * @param message what is wrong and what is expected, in words the client may read
     * @param cause what led to it; may be {@code null}
     */
    public UnknownKeyException(String message, Throwable cause) {
        super(ErrorCode.NO_SUCH_KEY, message, message, cause);
    }
}
