package io.github.hsmsigner.service.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.jetty.io.ByteArrayEndPoint;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Too many connections: the one that was accepted first gives way. */
class ClientConnectionsTest {

    private static final int MAX = 4;

    private final LimitCounter limits = new LimitCounter();
    private final ClientConnections connections =
            new ClientConnections(MAX, Duration.ofSeconds(30), Duration.ofSeconds(30), limits);

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
            connections.makeRoom();
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
            connections.makeRoom();
        }

        assertThat(accepted).allMatch(ByteArrayEndPoint::isOpen);
    }
}
