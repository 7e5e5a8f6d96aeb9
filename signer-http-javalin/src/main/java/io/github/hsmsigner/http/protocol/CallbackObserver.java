package io.github.hsmsigner.http.protocol;

import java.util.List;

/**
 * Receives a report of each callback, for example to log or to count it. Default of the handlers: {@link RequestLog}.
 *
 * <p>Implementations are thread-safe, return at once and throw nothing.
 */
@FunctionalInterface
public interface CallbackObserver {

    /**
     * The answer to a request is ready; it is sent next. Called on the thread that serves the request.
     *
     * @param report what became of it
     */
    void answered(CallbackReport report);

    /**
     * The answer to a request did not reach its client, which had disconnected. Called after {@link #answered}, on a
     * thread of the transport. The default implementation does nothing.
     *
     * @param report what became of the request
     * @param reason why the answer did not reach the client, for the operator
     */
    default void undelivered(CallbackReport report, String reason) {}

    /**
     * Combines several observers into one.
     *
     * @param observers the observers, in the order in which they are called
     * @return the observer that calls them
     */
    static CallbackObserver all(CallbackObserver... observers) {
        List<CallbackObserver> all = List.of(observers);
        return new CallbackObserver() {

            @Override
            public void answered(CallbackReport report) {
                all.forEach(observer -> observer.answered(report));
            }

            @Override
            public void undelivered(CallbackReport report, String reason) {
                all.forEach(observer -> observer.undelivered(report, reason));
            }
        };
    }
}
