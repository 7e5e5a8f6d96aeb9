package io.github.hsmsigner.core.error;

import org.jspecify.annotations.Nullable;

/**
 * The request is malformed, incomplete or contradicts itself.
 */
public final class InvalidRequestException extends SigningException {

    private static final long serialVersionUID = 1L;

    /**
     * Makes the error.
     *
     * @param message what is wrong and what is expected, in words the client may read
     */
    public InvalidRequestException(String message) {
        this(message, null);
    }

    /**
     * Makes the error with its cause.
     *
     * @param message what is wrong and what is expected, in words the client may read
     * @param cause what led to it; may be {@code null}
     */
    public InvalidRequestException(String message, @Nullable Throwable cause) {
        super(ErrorCode.INVALID_REQUEST, message, message, cause);
    }
}
