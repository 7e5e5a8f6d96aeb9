package io.github.hsmsigner.audit;

import org.jspecify.annotations.Nullable;

/**
 * Thrown if a line could not be written to the audit log. The signature of that line is not handed out. The message is
 * for the operator: it names the file and the failure.
 */
public final class AuditException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    AuditException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
