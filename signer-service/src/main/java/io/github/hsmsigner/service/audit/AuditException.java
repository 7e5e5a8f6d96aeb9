package io.github.hsmsigner.service.audit;

/**
 * A line could not be written to the audit log. The signature that it is about is not handed out. The message is for
 * the operator: it names the file and what failed.
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
