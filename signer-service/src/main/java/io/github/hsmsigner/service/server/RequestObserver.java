package io.github.hsmsigner.service.server;

import io.github.hsmsigner.http.protocol.CallbackAnswer;
import io.github.hsmsigner.http.protocol.CallbackObserver;
import io.github.hsmsigner.http.protocol.CallbackReport;

/**
 * Is told of each request on the callbacks' listener when its answer is known, once, whether or not the client takes the answer. Excepted are
 * health and metrics that were asked for as they should be. Implementations are safe for use by any number of threads at once and return
 * at once.
 */
public interface RequestObserver extends CallbackObserver {

    /**
     * The server answers by itself, before or beside the endpoint: a path or method that does not exist, what is not HTTP, more requests
     * than it may serve.
     *
     * @param answer the answer
     */
    void answeredByServer(CallbackAnswer answer);

    /**
     * An observer that does nothing.
     *
     * @return the observer
     */
    static RequestObserver none() {
        return new RequestObserver() {

            @Override
            public void answered(CallbackReport report) {
                // Nobody wants to know.
            }

            @Override
            public void answeredByServer(CallbackAnswer answer) {
                // Nobody wants to know.
            }
        };
    }
}
