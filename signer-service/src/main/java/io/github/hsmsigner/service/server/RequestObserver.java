package io.github.hsmsigner.service.server;

import io.github.hsmsigner.http.protocol.CallbackObserver;
import io.github.hsmsigner.http.protocol.CallbackResponse;

/**
 * Receives a report of each request on the callbacks' listener when its answer is known. Each request is reported once,
 * whether or not the client receives the answer. Regular requests for health and metrics are not reported.
 * Implementations are thread-safe and return at once.
 */
public interface RequestObserver extends CallbackObserver {

    /**
     * Called for an answer that the server gives before the endpoint, or instead of it. Examples are an unknown path or
     * method, a request that is not HTTP, and more requests than the limit.
     */
    void answeredByServer(CallbackResponse answer);
}
