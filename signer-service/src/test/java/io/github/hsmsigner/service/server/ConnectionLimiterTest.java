package io.github.hsmsigner.service.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.eclipse.jetty.io.AbstractConnection;
import org.eclipse.jetty.io.ByteArrayEndPoint;
import org.eclipse.jetty.util.thread.ScheduledExecutorScheduler;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Too many connections: the one that was accepted first gives way. */
class ConnectionLimiterTest {

    private static final int MAX = 4;

    private final ServerLimit.Counter limits = new ServerLimit.Counter();
    private final ConnectionLimiter connections = new ConnectionLimiter(
            MAX, Duration.ofSeconds(30), Duration.ofSeconds(30), limits, new ScheduledExecutorScheduler());

    /** Jetty opens accepted connections in tasks of a thread pool, so the newest can be open before the others. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4})
    void theOrderOfOpeningDecidesNothing(int position) {
        List<ByteArrayEndPoint> accepted = new ArrayList<>();
        for (int i = 0; i <= MAX; i++) {
            accepted.add(new ByteArrayEndPoint());
        }
        List<ByteArrayEndPoint> opened = new ArrayList<>(accepted.subList(0, MAX));
        opened.add(position, accepted.get(MAX));
        for (ByteArrayEndPoint endPoint : opened) {
            connections.opened(endPoint, accepted.indexOf(endPoint));
        }

        assertThat(accepted).extracting(ByteArrayEndPoint::isOpen).containsExactly(false, true, true, true, true);
        assertThat(limits.sum(ServerLimit.MAX_CONNECTIONS)).isEqualTo(1);
    }

    @Test
    void asManyAsAllowedStayOpen() {
        List<ByteArrayEndPoint> accepted = new ArrayList<>();
        for (int i = 0; i < MAX; i++) {
            accepted.add(new ByteArrayEndPoint());
            connections.opened(accepted.get(i), i);
        }

        assertThat(accepted).allMatch(ByteArrayEndPoint::isOpen);
    }

    /** Jetty reports a connection after it has opened it, so that it may already be closed. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aConnectionThatEndsWhileItOpensDoesNotProlongShutdown(boolean drainsFirst) throws IOException {
        try (SocketChannel channel = SocketChannel.open()) {
            ByteArrayEndPoint endPoint = new ByteArrayEndPoint() {
                @Override
                public Object getTransport() {
                    return channel;
                }
            };
            connections.onAccepting(channel);
            CompletableFuture<Void> drained = drainsFirst ? connections.drain() : new CompletableFuture<>();
            assertThat(drained).isNotDone();
            endPoint.close();
            connections.onOpened(new AbstractConnection(endPoint, Runnable::run) {
                @Override
                public void onFillable() {
                    throw new AssertionError("Nothing arrives.");
                }
            });
            assertThat(drainsFirst ? drained : connections.drain()).isDone();
        }
    }
}
