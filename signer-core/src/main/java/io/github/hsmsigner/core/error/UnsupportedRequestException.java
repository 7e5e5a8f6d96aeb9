package io.github.hsmsigner.core.error;

import org.jspecify.annotations.Nullable;

/**
 * The request is well-formed but asks for an algorithm, container or combination that is not offered.
 */
public final class UnsupportedRequestException extends SigningException {

    private static final long serialVersionUID = 1L;

    /**
     * Makes the error.
     *
     * @param message what is wrong and what is expected, in words the client may read
     */
    public UnsupportedRequestException(String message) {
        this(message, null);
    }

    /**
     * Makes the error with its cause.
     *
     * @param message what is wrong and what is expected, in words the client may read
     * @param cause what led to it; may be {@code null}
     */
    public UnsupportedRequestException(String message, @Nullable Throwable cause) {
        super(ErrorCode.UNSUPPORTED, message, message, cause);
    }
}
