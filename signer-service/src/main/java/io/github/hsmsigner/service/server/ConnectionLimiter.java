package io.github.hsmsigner.service.server;

import java.nio.channels.SelectableChannel;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpHeaderValue;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.SelectorManager;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpStream;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.component.AbstractLifeCycle;
import org.eclipse.jetty.util.component.Graceful;
import org.eclipse.jetty.util.thread.Scheduler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Limits the connections of a connector: their number, the time for a header or the beginning of TLS, and the time for
 * a client to receive its response. If there are too many connections, it closes the oldest one without a complete
 * request. Jetty's {@code ConnectionLimit} stops accepting instead, so that silent clients keep all others out. Add
 * this object to the connector as a bean. Thread-safe.
 */
final class ConnectionLimiter extends AbstractLifeCycle implements SelectorManager.AcceptListener, Connection.Listener {

    private static final Logger LOG = LoggerFactory.getLogger(ConnectionLimiter.class);
    private static final Duration CHECK_INTERVAL = Duration.ofSeconds(1);

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

    /**
     * Accepted connections that Jetty has not opened yet, with the time of {@link System#nanoTime()}. Jetty opens
     * connections in any order, and reports them as accepted before they are open.
     */
    private final Map<Object, Long> pendingAccepts = new ConcurrentHashMap<>();

    private final Map<EndPoint, ClientConnection> connections = new ConcurrentHashMap<>();
    private final int max;
    private final Duration headerTimeout;
    private final Duration responseTimeout;
    private final ServerLimit.Counter limits;
    private final Scheduler scheduler;
    private final AtomicInteger requests = new AtomicInteger();
    private volatile boolean draining;
    private volatile long drainIdleTimeoutMillis;

    private final Graceful.Shutdown drain = new Graceful.Shutdown(this) {
        @Override
        public boolean isShutdownDone() {
            // In this order: an opened connection enters the second map before it leaves the first.
            return pendingAccepts.isEmpty() && connections.isEmpty() && requests.get() == 0;
        }
    };

    /**
     * Creates the limits of one connector. The header timeout begins with the connection or the last response. The
     * response timeout is how long a client may take to receive a response.
     */
    ConnectionLimiter(
            int max,
            Duration headerTimeout,
            Duration responseTimeout,
            ServerLimit.Counter limits,
            Scheduler scheduler) {
        this.max = max;
        this.headerTimeout = headerTimeout;
        this.responseTimeout = responseTimeout;
        this.limits = limits;
        this.scheduler = scheduler;
    }

    @Override
    protected void doStart() {
        closeOverdue();
    }

    @Override
    public void onAccepting(SelectableChannel channel) {
        pendingAccepts.put(channel, System.nanoTime());
    }

    @Override
    public void onAcceptFailed(SelectableChannel channel, Throwable cause) {
        pendingAccepts.remove(channel);
        checkDrained();
    }

    @Override
    public void onOpened(Connection connection) {
        EndPoint endPoint = connection.getEndPoint();
        // In TLS, Jetty reports a second connection inside the first one.
        if (endPoint instanceof EndPoint.Wrapper) {
            return;
        }
        Long accepted = pendingAccepts.get(endPoint.getTransport());
        opened(endPoint, accepted == null ? System.nanoTime() : accepted);
        pendingAccepts.remove(endPoint.getTransport());
        // It may have been closed in between.
        checkDrained();
    }

    /** Adds a connection, and closes another one if there are too many. */
    void opened(EndPoint endPoint, long acceptedNanos) {
        connections.put(endPoint, new ClientConnection(endPoint, acceptedNanos));
        if (!endPoint.isOpen()) {
            connections.remove(endPoint);
        }
        if (draining) {
            // Every connection may send one more request, and no new ones arrive.
            limitIdleTime(endPoint);
        } else {
            makeRoom();
        }
    }

    @Override
    public void onClosed(Connection connection) {
        connections.remove(withoutTls(connection.getEndPoint()));
        checkDrained();
    }

    private synchronized void makeRoom() {
        if (connections.size() > max) {
            longestWaiting().ifPresent(connection -> close(connection, ServerLimit.MAX_CONNECTIONS));
        }
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

    private void closeOverdue() {
        try {
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
        } catch (Throwable e) {
            LOG.error("Connections that exceed their time could not be closed; the next attempt follows.", e);
        } finally {
            if (isRunning()) {
                scheduler.schedule(this::closeOverdue, CHECK_INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
            }
        }
    }

    /** Lets each response close its connection from now on. */
    void announceShutdown(long idleTimeoutMillis) {
        drainIdleTimeoutMillis = idleTimeoutMillis;
        draining = true;
    }

    /**
     * Drains the connections, after the port is closed. The result is completed when no connection and no request is
     * left. Clients that only keep their connections must not use up the time for requests.
     */
    CompletableFuture<Void> drain() {
        CompletableFuture<Void> drained = drain.shutdown();
        connections.keySet().forEach(this::limitIdleTime);
        return drained;
    }

    private void limitIdleTime(EndPoint endPoint) {
        endPoint.setIdleTimeout(Math.min(endPoint.getIdleTimeout(), drainIdleTimeoutMillis));
    }

    private void checkDrained() {
        if (drain.isShutdown()) {
            drain.check();
        }
    }

    /** Notes whether a body is read before anything is done for its request. */
    void readingAhead(Request request, boolean now) {
        of(request).ifPresent(connection -> connection.enter(now ? State.READING_AHEAD : State.SERVING));
    }

    private Optional<ClientConnection> of(Request request) {
        EndPoint endPoint = request.getConnectionMetaData().getConnection().getEndPoint();
        return Optional.ofNullable(connections.get(withoutTls(endPoint)));
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

    /** Returns the number of current requests of every kind. */
    int requests() {
        return requests.get();
    }

    /**
     * The first handler of a server with such connections. During shutdown it still passes on requests that clients sent
     * before they could know of the shutdown. Jetty's {@code GracefulHandler} would refuse them. Every response then
     * closes its connection, so that no further requests arrive.
     */
    final class RequestHandler extends Handler.Wrapper {

        @Override
        public boolean handle(Request request, Response response, Callback callback) throws Exception {
            Optional<ClientConnection> connection = of(request);
            requests.incrementAndGet();
            connection.ifPresent(client -> client.enter(State.SERVING));
            request.addHttpStreamWrapper(stream -> new HttpStream.Wrapper(stream) {
                @Override
                public void prepareResponse(HttpFields.Mutable headers) {
                    connection.ifPresent(client -> client.enter(State.RESPONDING));
                    if (draining) {
                        headers.put(HttpHeader.CONNECTION, HttpHeaderValue.CLOSE);
                    }
                    super.prepareResponse(headers);
                }
            });
            Request.addCompletionListener(request, failure -> {
                connection.ifPresent(client -> client.enter(State.IDLE));
                requests.decrementAndGet();
                checkDrained();
            });
            return super.handle(request, response, callback);
        }
    }
}
