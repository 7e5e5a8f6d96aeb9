package io.github.hsmsigner.core.error;

import org.jspecify.annotations.Nullable;

/**
 * The settings cannot work: a file that is missing, a key that is ambiguous, a certificate of another key. Raised while things
 * are set up, never by a request.
 */
public final class InvalidConfigurationException extends SigningException {

    private static final long serialVersionUID = 1L;

    /**
     * Makes the error.
     *
     * @param message what is wrong, where, and what is expected
     */
    public InvalidConfigurationException(String message) {
        this(message, null);
    }

    /**
     * Makes the error with its cause.
     *
     * @param message what is wrong, where, and what is expected
     * @param cause what led to it; may be {@code null}
     */
    public InvalidConfigurationException(String message, @Nullable Throwable cause) {
        super(ErrorCode.INVALID_CONFIGURATION, message, "The signing service is not set up correctly.", cause);
    }
}
