package io.github.hsmsigner.core.error;

import org.jspecify.annotations.Nullable;

/**
 * A fault in this software or in what it runs on, such as a signature that does not verify.
 */
public sealed class InternalSigningException extends SigningException permits UnrecordedRequestException {

    private static final long serialVersionUID = 1L;

    /**
     * Makes the error.
     *
     * @param message what happened, for the operator
     * @param cause what led to it; may be {@code null}
     */
    public InternalSigningException(String message, @Nullable Throwable cause) {
        super(ErrorCode.INTERNAL, message, "The signing service has an internal problem.", cause);
    }
}
