package io.github.hsmsigner.service.server;

import io.github.hsmsigner.http.protocol.MemoryBudget;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * Reads small bodies into memory before the next handler has the request, so that a slow client takes neither a permit
 * nor a thread. Bodies that are large or do not fit into the memory for requests are passed on as they arrive.
 *
 * <p>Jetty's {@code EagerContentHandler} does the same with the buffers of connections, but without a limit for all
 * requests.
 */
final class ReadAheadHandler extends Handler.Wrapper {

    private final MemoryBudget memory;
    private final ClientLimits limits;
    private final ConnectionLimiter connections;

    ReadAheadHandler(MemoryBudget memory, ClientLimits limits, ConnectionLimiter connections) {
        this.connections = connections;
        this.memory = memory;
        this.limits = limits;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        long length = request.getLength();
        if (length == 0) {
            return super.handle(request, response, callback);
        }
        IncomingBody body = new IncomingBody(request, memory.newShare(), limits);
        // A client that waits to be asked for its body is asked only if its headers are acceptable.
        if (length > IncomingBody.MAX_READ_AHEAD
                || request.getHeaders().contains(HttpHeader.EXPECT)
                || body.readAhead()) {
            return super.handle(body, response, callback);
        }
        connections.readingAhead(request, true);
        body.demand(() -> readOn(body, response, callback));
        return true;
    }

    private void readOn(IncomingBody body, Response response, Callback callback) {
        if (!body.readAhead()) {
            body.demand(() -> readOn(body, response, callback));
            return;
        }
        connections.readingAhead(body, false);
        try {
            if (!super.handle(body, response, callback)) {
                Response.writeError(body, response, callback, 404);
            }
        } catch (Throwable e) {
            Response.writeError(body, response, callback, e);
        }
    }
}
