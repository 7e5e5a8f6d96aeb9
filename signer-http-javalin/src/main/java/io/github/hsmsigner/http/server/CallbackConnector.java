package io.github.hsmsigner.http.server;

import java.io.Closeable;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.IO;

/**
 * A listener whose connections end in order. Jetty's own cuts each connection after the request that it is serving when the stop
 * begins, also if the answer has told the client nothing of it, so that the client's next request is lost. Here the answers close the
 * connections ({@link DrainingHandler}), and silence does.
 *
 * <p>While there are as many connections as there may be, silent ones give way sooner.
 */
final class CallbackConnector extends ServerConnector {

    /** How long a client may send nothing while the service stops. */
    private static final Duration PAUSE_WHILE_STOPPING = Duration.ofSeconds(5);

    /** How long a connection may be silent while there are as many as there may be. */
    private static final Duration PAUSE_AT_THE_LIMIT = Duration.ofSeconds(2);

    private final int maxConnections;
    private final CompletableFuture<Void> drained = new CompletableFuture<>();
    private volatile boolean draining;
    private volatile boolean crowded;

    /** Accepts in its selectors: a thread that waits in accept would take one connection more than it may. */
    CallbackConnector(Server server, int selectors, int maxConnections, ConnectionFactory... protocols) {
        super(server, 0, selectors, protocols);
        this.maxConnections = maxConnections;
    }

    @Override
    public CompletableFuture<Void> shutdown() {
        draining = true;
        Closeable listening = (Closeable) getTransport();
        super.setAccepting(false);
        close();
        // Jetty leaves it open where selectors accept, and clients would wait for a connection in vain.
        IO.close(listening);
        getConnectedEndPoints().forEach(this::limitSilence);
        completeIfEmpty();
        return drained;
    }

    /** A connection that ends makes room for another one, but not any more once the stop has begun. */
    @Override
    public void setAccepting(boolean accepting) {
        if (!draining) {
            super.setAccepting(accepting);
        }
    }

    @Override
    protected void onEndPointOpened(EndPoint endPoint) {
        super.onEndPointOpened(endPoint);
        if (getConnectedEndPoints().size() >= maxConnections && !crowded) {
            crowded = true;
            getConnectedEndPoints().forEach(this::limitSilence);
        } else {
            limitSilence(endPoint);
        }
    }

    @Override
    protected void onEndPointClosed(EndPoint endPoint) {
        super.onEndPointClosed(endPoint);
        if (crowded && getConnectedEndPoints().size() < maxConnections) {
            crowded = false;
            getConnectedEndPoints().forEach(this::limitSilence);
        }
        completeIfEmpty();
    }

    private void limitSilence(EndPoint endPoint) {
        if (draining) {
            endPoint.setIdleTimeout(Math.min(getIdleTimeout(), PAUSE_WHILE_STOPPING.toMillis()));
        } else if (crowded) {
            endPoint.setIdleTimeout(Math.min(getIdleTimeout(), PAUSE_AT_THE_LIMIT.toMillis()));
        } else {
            endPoint.setIdleTimeout(getIdleTimeout());
        }
    }

    private void completeIfEmpty() {
        if (draining && getConnectedEndPoints().isEmpty()) {
            drained.complete(null);
        }
    }
}
