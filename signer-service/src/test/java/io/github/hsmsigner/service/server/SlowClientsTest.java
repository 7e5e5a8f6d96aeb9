package io.github.hsmsigner.service.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hsmsigner.core.SigningService;
import io.github.hsmsigner.http.TestKey;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that send slowly, or nothing, or go away, cost the others nothing. */
@Timeout(120)
class SlowClientsTest {

    private static final int SLOW_CLIENTS = 64;

    /** More than the 50 that Java asks the kernel for, and no more than any kernel gives. */
    private static final int BURST = 120;

    private static final String REQUEST = "{\"action\":\"get_certificates\"}";

    /** JSON that goes on with white space for as long as a test wants. */
    private static final int SLOW_BODY = 100_000;

    private static final ClientLimits LIMITS = TestLimits.DEFAULTS;
    private static final ClientLimits ANY_SPEED = limits(0, Duration.ofSeconds(30), 1_024, 256);

    @TempDir
    private static Path directory;

    private static SigningService service;

    private final ScheduledExecutorService trickle = Executors.newSingleThreadScheduledExecutor();
    private final List<RawConnection> slow = new ArrayList<>();
    private SigningHttpServer server;

    @BeforeAll
    static void open() {
        service = TestKey.service(directory);
    }

    @AfterEach
    void stop() throws IOException {
        trickle.shutdownNow();
        for (RawConnection connection : slow) {
            connection.close();
        }
        server.stop();
    }

    private static ClientLimits limits(int rate, Duration idle, int connections, int requests) {
        return TestLimits.with()
                .idleTimeout(idle)
                .bodyRate(rate, Duration.ofSeconds(1))
                .maxConnections(connections)
                .maxRequests(requests)
                .build();
    }

    private void start(ClientLimits limits) {
        server = TestServer.start(TestServer.settings(limits), () -> service);
    }

    private void startSlowClients(int count) throws IOException {
        for (int i = 0; i < count; i++) {
            slow.add(RawConnection.to(server.port()).send(RawConnection.head(SLOW_BODY) + REQUEST));
        }
        trickle.scheduleAtFixedRate(this::trickleOnce, 50, 50, TimeUnit.MILLISECONDS);
    }

    private void trickleOnce() {
        for (RawConnection connection : slow) {
            try {
                connection.send(" ");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private RawConnection.Answer once(String request) {
        try (RawConnection connection = RawConnection.to(server.port())) {
            return connection.send(request).answer();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void sixtyFourSlowClientsDoNotStopAFastOne() throws IOException {
        start(ANY_SPEED);
        startSlowClients(SLOW_CLIENTS);
        TestServer.await("all slow clients are served", () -> server.activity().requests() == SLOW_CLIENTS);

        try (RawConnection fast = RawConnection.to(server.port())) {
            for (int i = 0; i < 50; i++) {
                assertThat(fast.send(RawConnection.callback(REQUEST)).answer().status())
                        .isEqualTo(200);
            }
        }
        // A client may have its answer a moment before the server is done with the request.
        TestServer.await("the slow ones alone are left", () -> server.activity().requests() == SLOW_CLIENTS);
        assertThat(server.activity().refused()).isZero();
    }

    @Test
    void healthAndMetricsAnswerWhileEveryPlaceIsTaken() throws IOException {
        int places = 8;
        start(limits(0, Duration.ofSeconds(30), 1_024, places));
        startSlowClients(SLOW_CLIENTS);
        TestServer.await("the others are refused", () -> server.activity().refused() >= SLOW_CLIENTS - places);

        assertThat(server.activity().requests()).isEqualTo(places);
        assertThat(once(RawConnection.get("/")).status()).isEqualTo(200);
        assertThat(once(RawConnection.get("/health/live")).status()).isEqualTo(200);
        assertThat(once(RawConnection.get("/health/ready")).status()).isEqualTo(200);
        assertThat(once(RawConnection.get("/metrics")).body()).isEqualTo(TestServer.METRICS);
        RawConnection.Answer refused = once(RawConnection.callback(REQUEST));
        assertThat(refused.status()).isEqualTo(503);
        assertThat(refused.head()).contains("Retry-After: 1");
        assertThat(refused.body()).startsWith("{\"error\":{\"code\":\"unavailable\"");
        assertThat(server.activity().threads()).isLessThanOrEqualTo(places + 12);
    }

    @Test
    void aRefusedClientThatGoesOnSendingHearsWhy() throws IOException {
        start(limits(0, Duration.ofSeconds(30), 1_024, 1));
        startSlowClients(1);
        TestServer.await("the place is taken", () -> server.activity().requests() == 1);

        int length = 800_000;
        assertThat(once(RawConnection.head(length) + " ".repeat(length)).status())
                .isEqualTo(503);
    }

    @Test
    void aBodyThatTricklesIsCutOff() throws IOException {
        start(limits(1_000, Duration.ofSeconds(30), 1_024, 256));
        startSlowClients(1);
        RawConnection.Answer answer = slow.get(0).answer();
        assertThat(answer.status()).isEqualTo(408);
        assertThat(answer.body()).startsWith("{\"error\":{\"code\":\"request_timeout\"");
        assertThat(answer.closes()).isTrue();
        TestServer.await("its place is free", () -> server.activity().requests() == 0);
    }

    @Test
    void aBodyThatStopsIsCutOff() throws IOException {
        start(limits(0, Duration.ofMillis(500), 1_024, 256));
        try (RawConnection silent = RawConnection.to(server.port()).send(RawConnection.head(1_000) + REQUEST)) {
            RawConnection.Answer answer = silent.answer();
            assertThat(answer.status()).isEqualTo(408);
            assertThat(answer.body()).contains("\"request_timeout\"");
            assertThat(silent.isClosedByServer()).isTrue();
        }
        TestServer.await("its place is free", () -> server.activity().requests() == 0);
    }

    /** Never silent for long, and never done; while another client keeps its connection for longer than that, with a request now and then. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aHeaderThatTricklesIsCutOff(boolean afterARequest) throws IOException {
        start(limits(0, Duration.ofSeconds(1), 1_024, 256));
        RawConnection trickling = RawConnection.to(server.port());
        slow.add(trickling);
        if (afterARequest) {
            assertThat(trickling.send(RawConnection.callback(REQUEST)).answer().status())
                    .isEqualTo(200);
        }
        trickling.send("POST /sign HTTP/1.1\r\nX: ");
        Future<?> sending = trickle.scheduleAtFixedRate(this::trickleOnce, 20, 20, TimeUnit.MILLISECONDS);
        try (RawConnection kept = RawConnection.to(server.port())) {
            // Sending fails once the connection is gone.
            while (!sending.isDone()) {
                assertThat(kept.send(RawConnection.callback(REQUEST)).answer().status())
                        .isEqualTo(200);
            }
            assertThat(kept.send(RawConnection.callback(REQUEST)).answer().status())
                    .isEqualTo(200);
        }
    }

    /** Silence of a client that has sent all it has to is no idleness, however long the HSM takes. */
    @Test
    void aClientThatWaitsForItsAnswerIsNotCutOff() throws IOException {
        CountDownLatch signs = new CountDownLatch(1);
        server = TestServer.start(TestServer.settings(limits(0, Duration.ofMillis(200), 1_024, 256)), () -> {
            awaitQuietly(signs);
            return service;
        });
        try (RawConnection client = RawConnection.to(server.port()).send(RawConnection.callback(REQUEST))) {
            trickle.schedule(signs::countDown, 1_500, TimeUnit.MILLISECONDS);
            assertThat(client.answer().status()).isEqualTo(200);
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Test
    void clientsThatGoAwayLeaveNothingBehind() throws IOException {
        start(ANY_SPEED);
        for (int i = 0; i < 50; i++) {
            RawConnection.to(server.port())
                    .send(RawConnection.head(SLOW_BODY) + REQUEST)
                    .reset();
            RawConnection.to(server.port())
                    .send(RawConnection.callback(REQUEST))
                    .reset();
            RawConnection.to(server.port()).send("POST /si").reset();
        }
        TestServer.await("no request is left", () -> server.activity().requests() == 0);
        TestServer.await("no connection is left", () -> server.activity().connections() == 0);
        assertThat(once(RawConnection.callback(REQUEST)).status()).isEqualTo(200);
    }

    /** The kernel drops what does not fit the queue of those that wait, and a client whose packet was dropped waits a second or gets a reset. */
    @Test
    void aBurstOfClientsWaitsToBeAccepted() throws IOException {
        start(limits(0, Duration.ofSeconds(30), 1, 256));
        InetSocketAddress address = new InetSocketAddress("127.0.0.1", server.port());
        List<Socket> burst = new ArrayList<>();
        try {
            for (int i = 0; i < BURST; i++) {
                Socket client = new Socket();
                burst.add(client);
                client.connect(address, 900);
            }
            assertThat(burst).allMatch(Socket::isConnected);
        } finally {
            for (Socket client : burst) {
                client.close();
            }
        }
    }

    @Test
    void silentConnectionsGiveWayToNewOnes() throws IOException {
        int connections = 4;
        start(limits(0, Duration.ofSeconds(30), connections, 256));
        for (int i = 0; i < connections; i++) {
            slow.add(RawConnection.to(server.port()));
        }
        assertThat(once(RawConnection.get("/")).status()).isEqualTo(200);
    }
}
