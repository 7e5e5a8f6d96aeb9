package io.github.hsmsigner.http.server;

import io.github.hsmsigner.http.protocol.CallbackAnswer;
import io.github.hsmsigner.http.protocol.ErrorAnswer;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpHeaderValue;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * Lets so many requests at once through to where a thread may wait for the client or for the HSM, and answers the others with 503,
 * without waiting. There are more threads than that, so that some are always left for what never waits.
 */
final class RequestBound extends Handler.Wrapper {

    private final int most;
    private final Semaphore places;
    private final LongAdder refused = new LongAdder();
    private final Consumer<CallbackAnswer> observer;

    /** Lets so many through, and tells the answers to the others to the observer. */
    RequestBound(int most, Consumer<CallbackAnswer> observer) {
        this.most = most;
        this.observer = observer;
        this.places = new Semaphore(most);
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        if (!places.tryAcquire()) {
            refused.increment();
            refuse(request, response, callback);
            return true;
        }
        Request.addCompletionListener(request, failure -> places.release());
        return super.handle(request, response, callback);
    }

    private void refuse(Request request, Response response, Callback callback) {
        String requestId = JettyAnswers.requestId(request);
        response.getHeaders().put(HttpHeader.CONNECTION, HttpHeaderValue.CLOSE);
        CallbackAnswer answer = ErrorAnswer.tooManyRequests(requestId);
        observer.accept(answer);
        JettyAnswers.send(response, new UnreadBody(request, callback), answer, requestId);
    }

    int inProgress() {
        return most - places.availablePermits();
    }

    long refused() {
        return refused.sum();
    }
}
