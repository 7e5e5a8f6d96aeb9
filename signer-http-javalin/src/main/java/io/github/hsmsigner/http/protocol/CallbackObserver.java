package io.github.hsmsigner.http.protocol;

/**
 * Receives a report of each callback, for example to log or to count it. Implementations are thread-safe, return at
 * once and throw nothing.
 */
@FunctionalInterface
public interface CallbackObserver {

    /**
     * Called when the response to a request is known, on the thread that serves the request. The response is sent next.
     *
     * @param report the result
     */
    void answered(CallbackReport report);

    /**
     * Called after {@link #answered} if the client did not receive the response, on a thread of the transport. The
     * default implementation does nothing.
     *
     * @param report the result
     * @param reason the reason, for the operator
     */
    default void undelivered(CallbackReport report, String reason) {}
}
