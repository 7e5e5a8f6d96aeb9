package io.github.hsmsigner.http.javalin;

import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.function.Consumer;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.internal.HttpConnection;
import org.eclipse.jetty.util.BufferUtil;

/**
 * The connection of a request, as far as Jetty shows it. In another servlet container every client counts as connected.
 * Used by the thread that serves the request.
 */
final class ClientConnection {

    /** TLS may need one attempt for records that hold no data. */
    private static final int ATTEMPTS = 2;

    private ClientConnection() {}

    /**
     * Returns whether the client has closed its connection, or its side of it. Jetty does not notice, because nothing
     * reads from a connection of HTTP/1.1 while a request is served. Requires that the body has been read to its end.
     */
    static boolean isClosedByClient(HttpServletRequest servletRequest) {
        return jettyRequest(servletRequest)
                .filter(request ->
                        request.getConnectionMetaData().getConnection() instanceof HttpConnection http && isAtEnd(http))
                .isPresent();
    }

    /** Registers a listener that is called if the response cannot be sent completely. */
    static void whenResponseFails(HttpServletRequest servletRequest, Consumer<Throwable> listener) {
        jettyRequest(servletRequest)
                .ifPresent(request -> Request.addCompletionListener(request, failure -> {
                    if (failure != null) {
                        listener.accept(failure);
                    }
                }));
    }

    private static Optional<Request> jettyRequest(HttpServletRequest servletRequest) {
        try {
            return Optional.of(ServletContextRequest.getServletContextRequest(servletRequest));
        } catch (IllegalStateException e) {
            // Not a request of Jetty.
            return Optional.empty();
        }
    }

    private static boolean isAtEnd(HttpConnection http) {
        EndPoint endPoint = http.getEndPoint();
        if (!endPoint.isOpen() || endPoint.isInputShutdown()) {
            return true;
        }
        if (!http.isRequestBufferEmpty()) {
            // The client has sent its next request already.
            return false;
        }
        ByteBuffer octet = BufferUtil.allocate(1);
        try {
            int read = 0;
            for (int i = 0; i < ATTEMPTS && read == 0; i++) {
                read = endPoint.fill(octet);
            }
            if (read > 0) {
                // The first byte of the next request belongs to Jetty.
                http.onUpgradeTo(octet);
            }
            return read < 0;
        } catch (IOException e) {
            return true;
        }
    }
}
