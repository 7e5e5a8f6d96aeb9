package io.github.hsmsigner.http.server;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.ConnectionMetaData;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * The connections on which a request may begin. Those that are silent are closed by Jetty; one whose client sends a header, or the beginning of
 * TLS, octet by octet is never silent for long, and is closed here. Safe for use by any number of threads at once.
 */
final class WaitingConnections {

    private final Map<EndPoint, Long> since = new ConcurrentHashMap<>();

    /** The connection is made. */
    void opened(EndPoint connection) {
        since.put(connection, System.nanoTime());
    }

    /** The connection is no more. */
    void closed(EndPoint connection) {
        since.remove(connection);
    }

    /** Closes the connections on which no request has begun for as long. */
    void closeThoseLongerThan(Duration limit) {
        long now = System.nanoTime();
        since.forEach((connection, start) -> {
            if (!connection.isOpen()) {
                // Its last request was over after it was closed.
                since.remove(connection);
            } else if (now - start > limit.toNanos()) {
                connection.close();
            }
        });
    }

    /** The handler that sees the requests of a server with such connections, before all others. */
    static final class RequestHandler extends Handler.Wrapper {

        @Override
        public boolean handle(Request request, Response response, Callback callback) throws Exception {
            ConnectionMetaData metaData = request.getConnectionMetaData();
            if (metaData.getConnector() instanceof CallbackConnector connector) {
                WaitingConnections waiting = connector.waiting();
                EndPoint connection = withoutTls(metaData.getConnection().getEndPoint());
                waiting.since.remove(connection);
                Request.addCompletionListener(request, failure -> waiting.opened(connection));
            }
            return super.handle(request, response, callback);
        }

        private static EndPoint withoutTls(EndPoint endPoint) {
            return endPoint instanceof EndPoint.Wrapper wrapper ? wrapper.unwrap() : endPoint;
        }
    }
}
