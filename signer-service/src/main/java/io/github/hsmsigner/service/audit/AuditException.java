package io.github.hsmsigner.service.audit;

/**
 * Thrown if a line could not be written to the audit log. The signature of that line is not handed out. The message is
 * for the operator: it names the file and the failure.
 */
public final class AuditException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /**
     * Makes the error.
     *
     * @param message what failed, on which file, and what to do
     * @param cause what led to it; may be {@code null}
     */
    public AuditException(String message, Throwable cause) {
        super(message, cause);
    }
}
