package io.github.hsmsigner.service.server;

import java.io.IOException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.SelectorManager;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.IO;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A listener whose connections end in order. When Jetty's own listener stops, it resets connections that wait to be
 * accepted. It cuts each connection after the current request. The client's next request is lost if the answer did not
 * announce the end. This listener closes the port after it has accepted all waiting connections. The answers close the
 * connections ({@link DrainingHandler}), and so does the idle timeout.
 */
final class CallbackConnector extends ServerConnector {

    private static final Logger LOG = LoggerFactory.getLogger(CallbackConnector.class);

    /** How long a client may be idle during shutdown, if shutdown takes as long. */
    private static final Duration PAUSE_WHILE_STOPPING = Duration.ofSeconds(5);

    private static final Duration CHECK_INTERVAL = Duration.ofSeconds(1);

    /**
     * The longest time in which waiting connections are accepted after shutdown began, even if further ones arrive.
     */
    private static final Duration LONGEST_ACCEPTING = Duration.ofSeconds(1);

    private final ClientConnections clients;
    private final long pauseWhileStoppingMillis;
    private final CountDownLatch portClosed = new CountDownLatch(1);
    private final CompletableFuture<Void> drained = new CompletableFuture<>();

    /**
     * Connections that are accepted but not open yet, with the time of {@link System#nanoTime()}. Jetty reports
     * "accepted" before they are open, so a count of these events misses some.
     */
    private final Map<Object, Long> coming = new ConcurrentHashMap<>();

    private volatile Selector arrivals;
    private volatile boolean draining;

    /**
     * One thread accepts, one connection after the other.
     */
    CallbackConnector(
            Server server,
            int selectors,
            ClientConnections clients,
            Duration stopLimit,
            ConnectionFactory... protocols) {
        super(server, 1, selectors, protocols);
        this.clients = clients;
        getSelectorManager().addEventListener(new ThoseComing());
        // Idle clients that only keep their connections must not use up the time for requests. An idle connection is
        // noticed twice. First the server announces the end to the client. If the client does not end the connection,
        // the server closes it.
        this.pauseWhileStoppingMillis =
                Math.min(PAUSE_WHILE_STOPPING.toMillis(), Math.max(1, stopLimit.toMillis() / 4));
    }

    ClientConnections clients() {
        return clients;
    }

    @Override
    protected void doStart() throws Exception {
        super.doStart();
        closeOverdue();
    }

    private void closeOverdue() {
        try {
            clients.closeOverdue();
        } catch (Throwable e) {
            LOG.error("Connections that exceed their time could not be closed; the next attempt follows.", e);
        } finally {
            if (isRunning()) {
                getScheduler().schedule(this::closeOverdue, CHECK_INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
            }
        }
    }

    /** The accepting thread waits in a selector, because only a selector can be woken without closing the port. */
    @Override
    public void open(ServerSocketChannel port) throws IOException {
        super.open(port);
        port.configureBlocking(false);
        arrivals = Selector.open();
        port.register(arrivals, SelectionKey.OP_ACCEPT);
    }

    @Override
    public void close() {
        super.close();
        IO.close(arrivals);
    }

    @Override
    public void accept(int acceptor) throws IOException {
        if (!draining) {
            arrivals.select(key -> {});
        }
        ServerSocketChannel port = (ServerSocketChannel) getTransport();
        if (draining) {
            acceptThoseThatWaitAndClose(port);
        } else {
            acceptOne(port);
        }
    }

    private boolean acceptOne(ServerSocketChannel port) throws IOException {
        SocketChannel connection = port.accept();
        if (connection == null) {
            return false;
        }
        connection.configureBlocking(false);
        configure(connection.socket());
        getSelectorManager().accept(connection);
        return true;
    }

    /**
     * By the thread that accepts, so that there is no time between the last one and the end in which a further one
     * comes to wait.
     */
    private void acceptThoseThatWaitAndClose(ServerSocketChannel port) throws IOException {
        super.setAccepting(false);
        // A port that is registered would be closed some time later.
        arrivals.close();
        long start = System.nanoTime();
        try {
            boolean more = true;
            while (more && System.nanoTime() - start < LONGEST_ACCEPTING.toNanos()) {
                more = acceptOne(port);
            }
        } finally {
            close();
            portClosed.countDown();
        }
    }

    @Override
    public CompletableFuture<Void> shutdown() {
        draining = true;
        super.setAccepting(true);
        arrivals.wakeup();
        awaitThePortClosed();
        getConnectedEndPoints().forEach(this::limitSilence);
        completeIfEmpty();
        return drained;
    }

    private void awaitThePortClosed() {
        try {
            if (portClosed.await(2 * LONGEST_ACCEPTING.toMillis(), TimeUnit.MILLISECONDS)) {
                return;
            }
            LOG.warn("Connections that waited at shutdown could not be accepted in time.");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        close();
    }

    @Override
    protected void onEndPointOpened(EndPoint endPoint) {
        super.onEndPointOpened(endPoint);
        long acceptedNanos = coming.remove(endPoint.getTransport());
        limitSilence(endPoint);
        clients.opened(endPoint, acceptedNanos);
        // During shutdown, every connection serves one more request, and there are no new connections.
        if (!draining) {
            clients.makeRoom();
        }
    }

    @Override
    protected void onEndPointClosed(EndPoint endPoint) {
        super.onEndPointClosed(endPoint);
        clients.closed(endPoint);
        completeIfEmpty();
    }

    private void limitSilence(EndPoint endPoint) {
        endPoint.setIdleTimeout(draining ? Math.min(getIdleTimeout(), pauseWhileStoppingMillis) : getIdleTimeout());
    }

    private void completeIfEmpty() {
        // In this order: a connection is among the open ones before it is no more among those coming.
        if (portClosed.getCount() == 0
                && coming.isEmpty()
                && getConnectedEndPoints().isEmpty()) {
            drained.complete(null);
        }
    }

    private final class ThoseComing implements SelectorManager.AcceptListener {

        @Override
        public void onAccepting(SelectableChannel connection) {
            coming.put(connection, System.nanoTime());
        }

        @Override
        public void onAcceptFailed(SelectableChannel connection, Throwable cause) {
            coming.remove(connection);
            completeIfEmpty();
        }
    }
}
