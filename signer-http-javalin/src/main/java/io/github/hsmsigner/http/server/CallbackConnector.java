package io.github.hsmsigner.http.server;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.SelectableChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.SelectorManager;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A listener whose connections end in order. Jetty's own cuts each connection after the request that it is serving when the stop
 * begins, also if the answer has told the client nothing of it, so that the client's next request is lost. Here the answers close the
 * connections ({@link DrainingHandler}), and silence does.
 *
 * <p>While there are as many connections as there may be, silent ones give way sooner.
 */
final class CallbackConnector extends ServerConnector {

    private static final Logger LOG = LoggerFactory.getLogger(CallbackConnector.class);

    /** How long a client may send nothing while the service stops, if the stop takes as long. */
    private static final Duration PAUSE_WHILE_STOPPING = Duration.ofSeconds(5);

    /** How long a connection may be silent while there are as many as there may be. */
    private static final Duration PAUSE_AT_THE_LIMIT = Duration.ofSeconds(2);

    /** How long the stop waits for those that have connected already. */
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(1);

    private final int maxConnections;
    private final long pauseWhileStoppingMillis;
    private final CompletableFuture<Void> drained = new CompletableFuture<>();

    /** Connections that are accepted and not open yet. */
    private final AtomicInteger coming = new AtomicInteger();

    private volatile LastOne lastOne;
    private volatile boolean draining;
    private volatile boolean crowded;

    /**
     * One thread accepts. Jetty could accept in its selectors too, but would then lose the port when it stops accepting and begins again
     * within a moment, as at the limit of connections. The price is one connection more than the limit.
     */
    CallbackConnector(
            Server server, int selectors, int maxConnections, Duration stopLimit, ConnectionFactory... protocols) {
        super(server, 1, selectors, protocols);
        this.maxConnections = maxConnections;
        getSelectorManager().addEventListener(new CountOfThoseComing());
        // Clients that only keep their connections must not use up the time that requests have.
        this.pauseWhileStoppingMillis =
                Math.min(PAUSE_WHILE_STOPPING.toMillis(), Math.max(1, stopLimit.toMillis() / 2));
    }

    @Override
    public CompletableFuture<Void> shutdown() {
        draining = true;
        acceptThoseThatWait();
        super.setAccepting(false);
        close();
        getConnectedEndPoints().forEach(this::limitSilence);
        completeIfEmpty();
        return drained;
    }

    /**
     * Waits until those are accepted that have connected by now: the kernel would reset them when the port is closed. They are accepted in
     * the order in which they came, so one connection of our own tells when all before it are.
     */
    private void acceptThoseThatWait() {
        CountDownLatch accepted = new CountDownLatch(1);
        try (SocketChannel last = SocketChannel.open()) {
            last.bind(new InetSocketAddress(0));
            int port = ((InetSocketAddress) last.getLocalAddress()).getPort();
            lastOne = new LastOne(port, accepted);
            InetAddress address =
                    ((InetSocketAddress) ((ServerSocketChannel) getTransport()).getLocalAddress()).getAddress();
            last.connect(new InetSocketAddress(
                    address.isAnyLocalAddress() ? InetAddress.getLoopbackAddress() : address, getLocalPort()));
            if (!accepted.await(LONGEST_WAIT.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.warn(
                        "There are as many connections as there may be; those that still waited at the stop are lost.");
            }
        } catch (IOException e) {
            LOG.warn("Whether connections were waiting at the stop could not be seen.", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
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
            endPoint.setIdleTimeout(Math.min(getIdleTimeout(), pauseWhileStoppingMillis));
        } else if (crowded) {
            endPoint.setIdleTimeout(Math.min(getIdleTimeout(), PAUSE_AT_THE_LIMIT.toMillis()));
        } else {
            endPoint.setIdleTimeout(getIdleTimeout());
        }
    }

    private void completeIfEmpty() {
        if (draining && coming.get() == 0 && getConnectedEndPoints().isEmpty()) {
            drained.complete(null);
        }
    }

    private final class CountOfThoseComing implements SelectorManager.AcceptListener {

        @Override
        public void onAccepting(SelectableChannel channel) {
            coming.incrementAndGet();
            LastOne last = lastOne;
            if (last != null && ((SocketChannel) channel).socket().getPort() == last.port()) {
                last.accepted().countDown();
            }
        }

        @Override
        public void onAccepted(SelectableChannel channel) {
            gone();
        }

        @Override
        public void onAcceptFailed(SelectableChannel channel, Throwable cause) {
            gone();
        }

        private void gone() {
            coming.decrementAndGet();
            completeIfEmpty();
        }
    }

    /** The connection of our own, by the port that it comes from. */
    private record LastOne(int port, CountDownLatch accepted) {}
}
