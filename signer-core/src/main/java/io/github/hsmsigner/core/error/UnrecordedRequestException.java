package io.github.hsmsigner.core.error;

import org.jspecify.annotations.Nullable;

/**
 * The request could not be recorded in the audit log, so it failed, whatever became of it before. While a log cannot be written this is
 * what every request ends with: a transport that logs them does well to count them.
 */
public final class UnrecordedRequestException extends InternalSigningException {

    private static final long serialVersionUID = 1L;

    /**
     * Makes the error.
     *
     * @param message what happened, for the operator
     * @param cause why the audit log did not take it
     */
    public UnrecordedRequestException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
