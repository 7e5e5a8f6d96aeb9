package io.github.hsmsigner.service.server;

import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.IO;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connector that loses no connection at shutdown. Jetty's own connector resets connections in the accept queue when
 * it closes the port. It also closes a connection whose last response did not announce that. This connector accepts
 * the whole queue before it closes the port, and then waits until {@link ConnectionLimiter} has drained the connections.
 * The test {@code StopUnderLoadTest} fails with Jetty's connector.
 */
final class DrainingConnector extends ServerConnector {

    private static final Logger LOG = LoggerFactory.getLogger(DrainingConnector.class);

    /** The longest time in which queued connections are accepted after shutdown began, even if further ones arrive. */
    private static final Duration MAX_ACCEPTING = Duration.ofSeconds(1);

    private final ConnectionLimiter connections;
    private final CompletableFuture<Boolean> portClosed = new CompletableFuture<>();
    private volatile Selector arrivals;
    private volatile boolean draining;

    /** One thread accepts, one connection after the other. */
    DrainingConnector(Server server, int selectors, ConnectionLimiter connections, ConnectionFactory... protocols) {
        super(server, 1, selectors, protocols);
        this.connections = connections;
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
        if (draining) {
            drainAcceptQueue();
        } else {
            acceptNext();
        }
    }

    private boolean acceptNext() throws IOException {
        SocketChannel connection = ((ServerSocketChannel) getTransport()).accept();
        if (connection == null) {
            return false;
        }
        connection.configureBlocking(false);
        configure(connection.socket());
        getSelectorManager().accept(connection);
        return true;
    }

    /** The accepting thread does this, so that no connection can arrive unnoticed before the port closes. */
    private void drainAcceptQueue() throws IOException {
        setAccepting(false);
        // The port stays open while it is registered with a selector.
        arrivals.close();
        long start = System.nanoTime();
        try {
            boolean more = true;
            while (more && System.nanoTime() - start < MAX_ACCEPTING.toNanos()) {
                more = acceptNext();
            }
        } finally {
            close();
            portClosed.complete(true);
        }
    }

    @Override
    public CompletableFuture<Void> shutdown() {
        connections.announceShutdown(getShutdownIdleTimeout());
        draining = true;
        arrivals.wakeup();
        return portClosed
                .completeOnTimeout(false, 2 * MAX_ACCEPTING.toMillis(), TimeUnit.MILLISECONDS)
                .thenCompose(inTime -> {
                    if (!inTime) {
                        LOG.warn("The accept queue could not be emptied in time; its connections are lost.");
                        close();
                    }
                    return connections.drain();
                });
    }
}
