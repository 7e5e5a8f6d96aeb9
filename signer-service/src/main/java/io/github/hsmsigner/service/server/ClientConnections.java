package io.github.hsmsigner.service.server;

import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.ConnectionMetaData;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpStream;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * The connections of a listener and their states. Jetty closes idle connections. This class closes a connection if the
 * client sends a header, or the beginning of TLS, byte by byte. It also closes a connection whose client does not
 * receive its response. If there are too many connections, it closes the oldest one without a complete request.
 * Thread-safe.
 */
final class ClientConnections {

    private enum State {
        /** No header of a request is complete. */
        IDLE,
        /** A small body arrives, before anything is done for the request. */
        READING_AHEAD,
        /** A request is served. */
        SERVING,
        /** The response has begun. */
        RESPONDING
    }

    private final Map<EndPoint, ClientConnection> connections = new ConcurrentHashMap<>();
    private final int max;
    private final Duration headerTimeout;
    private final Duration responseTimeout;
    private final LimitCounter limits;

    /**
     * Creates the set.
     *
     * @param max how many connections may be open
     * @param headerTimeout how long a complete header may take, from the connection or the last response
     * @param responseTimeout how long a client may take to receive a response
     * @param limits counts the connections that are closed
     */
    ClientConnections(int max, Duration headerTimeout, Duration responseTimeout, LimitCounter limits) {
        this.max = max;
        this.headerTimeout = headerTimeout;
        this.responseTimeout = responseTimeout;
        this.limits = limits;
    }

    /**
     * Adds a connection.
     *
     * @param endPoint the connection
     * @param acceptedNanos when it was accepted, of {@link System#nanoTime()}. Jetty opens connections in any order.
     */
    void opened(EndPoint endPoint, long acceptedNanos) {
        connections.put(endPoint, new ClientConnection(endPoint, acceptedNanos));
    }

    /** Closes a connection that waits, if there are too many. */
    synchronized void makeRoom() {
        if (connections.size() > max) {
            longestWaiting().ifPresent(connection -> close(connection, ServerLimit.MAX_CONNECTIONS));
        }
    }

    /** Removes a connection. */
    void closed(EndPoint endPoint) {
        connections.remove(endPoint);
    }

    private void close(ClientConnection connection, ServerLimit limit) {
        // One thread may close a connection while another notices the end. The connection must not count twice.
        if (connections.remove(connection.endPoint) != null) {
            limits.increment(limit);
            connection.endPoint.close();
        }
    }

    /** Finds the connection that has waited longest, among those of the address that has the most of them. */
    private Optional<ClientConnection> longestWaiting() {
        return connections.values().stream()
                .filter(ClientConnection::isWaiting)
                .collect(Collectors.groupingBy(connection -> connection.address))
                .values()
                .stream()
                .max(Comparator.comparingInt(Collection::size))
                .flatMap(ofOne -> ofOne.stream().min(Comparator.comparingLong(connection -> connection.since)));
    }

    /** Closes connections that exceed their time. */
    void closeOverdue() {
        long now = System.nanoTime();
        for (ClientConnection connection : connections.values()) {
            long elapsed = now - connection.since;
            State state = connection.state;
            if (state == State.IDLE && elapsed > headerTimeout.toNanos()) {
                close(connection, ServerLimit.HEADER_TIMEOUT);
            } else if (state == State.RESPONDING && elapsed > responseTimeout.toNanos()) {
                close(connection, ServerLimit.RESPONSE_TIMEOUT);
            }
        }
    }

    /** Notes whether a body is read before anything is done for its request. */
    static void readingAhead(Request request, boolean now) {
        of(request).ifPresent(connection -> connection.enter(now ? State.READING_AHEAD : State.SERVING));
    }

    private static Optional<ClientConnection> of(Request request) {
        ConnectionMetaData metaData = request.getConnectionMetaData();
        return metaData.getConnector() instanceof CallbackConnector connector
                ? Optional.ofNullable(connector
                        .clients()
                        .connections
                        .get(withoutTls(metaData.getConnection().getEndPoint())))
                : Optional.empty();
    }

    private static EndPoint withoutTls(EndPoint endPoint) {
        return endPoint instanceof EndPoint.Wrapper wrapper ? wrapper.unwrap() : endPoint;
    }

    private static final class ClientConnection {

        private final EndPoint endPoint;
        private final Object address;
        private volatile State state = State.IDLE;
        private volatile long since;

        ClientConnection(EndPoint endPoint, long acceptedNanos) {
            this.endPoint = endPoint;
            this.since = acceptedNanos;
            this.address = ClientAddress.of(endPoint.getRemoteSocketAddress());
        }

        void enter(State next) {
            // In this order: a new state with an old time could exceed its limit.
            since = System.nanoTime();
            state = next;
        }

        boolean isWaiting() {
            return state == State.IDLE || state == State.READING_AHEAD;
        }
    }

    /** The first handler of a server with such connections. */
    static final class RequestHandler extends Handler.Wrapper {

        @Override
        public boolean handle(Request request, Response response, Callback callback) throws Exception {
            of(request).ifPresent(connection -> {
                connection.enter(State.SERVING);
                request.addHttpStreamWrapper(stream -> new ObservedStream(stream, connection));
                Request.addCompletionListener(request, failure -> connection.enter(State.IDLE));
            });
            return super.handle(request, response, callback);
        }
    }

    private static final class ObservedStream extends HttpStream.Wrapper {

        private final ClientConnection connection;

        ObservedStream(HttpStream stream, ClientConnection connection) {
            super(stream);
            this.connection = connection;
        }

        @Override
        public void prepareResponse(HttpFields.Mutable headers) {
            connection.enter(State.RESPONDING);
            super.prepareResponse(headers);
        }
    }
}
