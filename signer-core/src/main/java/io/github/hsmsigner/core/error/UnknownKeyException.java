package io.github.hsmsigner.core.error;

import org.jspecify.annotations.Nullable;

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
        this(message, message, null);
    }

    /**
     * Makes the error with its cause.
     *
     * @param message what is wrong and what is expected, in words the client may read
     * @param cause what led to it; may be {@code null}
     */
    public UnknownKeyException(String message, @Nullable Throwable cause) {
        this(message, message, cause);
    }

    /**
     * Creates the error with a separate text for the client.
     *
     * @param message what is wrong and what is expected, for the operator
     * @param clientMessage the same in words the client may read: a caller may be limited to some of the keys
     * @param cause the cause; may be {@code null}
     */
    public UnknownKeyException(String message, String clientMessage, @Nullable Throwable cause) {
        super(ErrorCode.NO_SUCH_KEY, message, clientMessage, cause);
    }
}
