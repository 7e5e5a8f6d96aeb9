package io.github.hsmsigner.service.server;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpHeaderValue;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpStream;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.component.Graceful;

/**
 * Lets a stopping server finish the current requests. It also serves a request that still arrives on a kept connection,
 * because the client sent it before it could know of the shutdown. Jetty's own handler would refuse that request. Every
 * answer then closes its connection, so that no further requests arrive.
 */
final class DrainingHandler extends Handler.Wrapper implements Graceful {

    private final AtomicLong requests = new AtomicLong();
    private final Shutdown drain = new Shutdown(this) {
        @Override
        public boolean isShutdownDone() {
            return requests.get() == 0;
        }
    };

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        requests.incrementAndGet();
        request.addHttpStreamWrapper(ClosingStream::new);
        Request.addCompletionListener(request, failure -> {
            requests.decrementAndGet();
            drain.check();
        });
        return super.handle(request, response, callback);
    }

    /** Returns the number of current requests of every kind. */
    long inProgress() {
        return requests.get();
    }

    @Override
    public CompletableFuture<Void> shutdown() {
        return drain.shutdown();
    }

    @Override
    public boolean isShutdown() {
        return drain.isShutdown();
    }

    private final class ClosingStream extends HttpStream.Wrapper {

        ClosingStream(HttpStream stream) {
            super(stream);
        }

        @Override
        public void prepareResponse(HttpFields.Mutable headers) {
            if (isShutdown()) {
                headers.put(HttpHeader.CONNECTION, HttpHeaderValue.CLOSE);
            }
            super.prepareResponse(headers);
        }
    }
}
