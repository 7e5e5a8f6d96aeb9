package io.github.hsmsigner.core;

/**
 * The log where the service records requests, before it returns the response.
 *
 * <p>Implementations are thread-safe.
 */
@FunctionalInterface
public interface AuditLog {

    /**
     * Records an event. If this throws, the request fails and no signature is handed out.
     *
     * @param event what happened
     */
    void record(AuditEvent event);

    /**
     * Records an event by a deadline. The default implementation ignores the deadline.
     *
     * @param event what happened
     * @param deadline the time limit
     */
    default void record(AuditEvent event, Deadline deadline) {
        record(event);
    }

    /**
     * Records a signature that no caller received, because its request was abandoned before the signer returned. Called on a thread of
     * the signer. The default implementation does nothing.
     *
     * @param signature what the signer returned
     */
    default void signatureLate(LateSignature signature) {}

    /**
     * Records that a response did not reach its client. Called on a thread of the transport. The default implementation does nothing.
     *
     * @param response the response
     */
    default void responseUndelivered(UndeliveredResponse response) {}

    /**
     * Returns the log that records nothing.
     *
     * @return a log without memory
     */
    static AuditLog none() {
        return event -> {};
    }
}
