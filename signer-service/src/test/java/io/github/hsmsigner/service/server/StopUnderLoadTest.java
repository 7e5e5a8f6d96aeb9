package io.github.hsmsigner.service.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hsmsigner.core.SigningService;
import io.github.hsmsigner.http.Client;
import io.github.hsmsigner.http.TestKey;
import io.github.hsmsigner.testing.CapturedLog;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A stop loses no request that was accepted. */
@Timeout(120)
class StopUnderLoadTest {

    private static final int CLIENTS = 16;
    private static final String REQUEST = "{\"action\":\"sign\",\"data_to_be_signed\":\"aGVsbG8=\"}";

    @TempDir
    private Path directory;

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final AtomicInteger answered = new AtomicInteger();
    private final AtomicBoolean stopping = new AtomicBoolean();
    private final Queue<String> lost = new ConcurrentLinkedQueue<>();
    private SigningHttpServer server;

    @BeforeEach
    void start() {
        SigningService service = TestKey.service(directory);
        server = TestServer.start(
                TestServer.settings(
                        TestServer.ANY_PORT,
                        Optional.empty(),
                        Optional.of(TestServer.ANY_PORT),
                        TestLimits.DEFAULTS,
                        Duration.ofSeconds(20)),
                () -> service);
    }

    /** Sends requests on connections that it keeps, until the server takes no more. */
    private void work(int port) {
        while (true) {
            boolean lateConnection = stopping.get();
            try (RawConnection connection = RawConnection.to(port)) {
                if (!workOn(connection, lateConnection)) {
                    return;
                }
            } catch (IOException e) {
                // Nobody listens any more, which is what a load balancer is there for.
                if (!stopping.get()) {
                    lost.add("No connection while the server ran: " + e);
                }
                return;
            }
        }
    }

    /** Gives whether it is worth to connect again. */
    private boolean workOn(RawConnection connection, boolean late) {
        for (int i = 0; ; i++) {
            try {
                RawConnection.Answer answer =
                        connection.send(RawConnection.callback(REQUEST)).answer();
                if (answer.status() != 200) {
                    lost.add(answer.head());
                }
                answered.incrementAndGet();
                if (answer.closes()) {
                    return true;
                }
            } catch (IOException e) {
                boolean neverAccepted = i == 0 && (late || stopping.get());
                if (!neverAccepted) {
                    lost.add("Request " + i + " of a connection: " + e);
                }
                return false;
            }
        }
    }

    @Test
    void everyRequestIsAnswered() {
        int port = server.port();
        List<CompletableFuture<Void>> clients = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            clients.add(CompletableFuture.runAsync(() -> work(port), threads));
        }
        TestServer.await("the load is on", () -> answered.get() > 20 * CLIENTS);
        stopping.set(true);
        server.stop();
        clients.forEach(CompletableFuture::join);
        assertThat(lost).isEmpty();
    }

    @Test
    void aRequestOnAKeptConnectionIsServedAndHealthAnswersMeanwhile() throws IOException {
        int port = server.port();
        Client admin = new Client(server.adminPort().orElseThrow());
        try (RawConnection slow = RawConnection.to(port);
                RawConnection kept = RawConnection.to(port)) {
            assertThat(kept.send(RawConnection.callback(REQUEST)).answer().closes())
                    .isFalse();
            int length = 100_000;
            slow.send(RawConnection.head(length));
            TestServer.await(
                    "the slow request is served", () -> server.activity().requests() == 1);
            CompletableFuture<Void> stopped = CompletableFuture.runAsync(server::stop, threads);
            TestServer.await("connections are refused", () -> isRefused(port));

            RawConnection.Answer late =
                    kept.send(RawConnection.callback(REQUEST)).answer();
            assertThat(late.status()).isEqualTo(200);
            assertThat(late.closes()).isTrue();
            assertThat(kept.isClosedByServer()).isTrue();
            assertThat(admin.get("/health/live").statusCode()).isEqualTo(200);
            assertThat(stopped).isNotDone();

            RawConnection.Answer last =
                    slow.send(REQUEST + " ".repeat(length - REQUEST.length())).answer();
            assertThat(last.status()).isEqualTo(200);
            assertThat(last.closes()).isTrue();
            stopped.join();
        }
    }

    /** The kernel makes connections before the server accepts them, and resets those that it has not when the port is closed. */
    @RepeatedTest(20)
    void whoHasConnectedBeforeTheStopIsServed() throws IOException {
        List<RawConnection> connected = connect(server.port(), 40);
        CompletableFuture<Void> stopped = CompletableFuture.runAsync(server::stop, threads);
        assertAllAreServed(connected);
        stopped.join();
    }

    private void restart(Duration stopLimit) {
        server.stop();
        SigningService service = TestKey.service(directory);
        server = TestServer.start(
                TestServer.settings(
                        TestServer.ANY_PORT, Optional.empty(), Optional.empty(), TestLimits.DEFAULTS, stopLimit),
                () -> service);
    }

    @Test
    void connectionsThatClientsKeepDoNotUseUpTheTimeOfRequests() throws IOException {
        restart(Duration.ofSeconds(4));
        try (CapturedLog log = new CapturedLog();
                RawConnection kept = RawConnection.to(server.port());
                RawConnection unused = RawConnection.to(server.port())) {
            kept.send(RawConnection.callback(REQUEST)).answer();
            assertThat(server.stop()).as("every request finished").isTrue();
            assertThat(kept.isClosedByServer()).isTrue();
            assertThat(unused.isClosedByServer()).isTrue();
            assertThat(warnings(log)).isEmpty();
        }
    }

    @Test
    void whatDoesNotEndIsCutOffAtTheLimitAndToldInOneLine() throws IOException {
        // Jetty ends a connection that is idle for a quarter of it, which a loaded machine must not reach.
        restart(Duration.ofSeconds(2));
        ScheduledExecutorService trickle = Executors.newSingleThreadScheduledExecutor();
        try (CapturedLog log = new CapturedLog();
                RawConnection slow = RawConnection.to(server.port()).send(RawConnection.head(100_000))) {
            trickle.scheduleWithFixedDelay(() -> sendUntilCutOff(slow), 0, 20, TimeUnit.MILLISECONDS);
            TestServer.await(
                    "the slow request is served", () -> server.activity().requests() == 1);
            assertThat(server.stop()).as("every request finished").isFalse();
            assertThat(warnings(log))
                    .singleElement()
                    .asString()
                    .contains("2000 ms", "requests=1", "connections=1")
                    .doesNotContain("\n");
        } finally {
            trickle.shutdownNow();
        }
    }

    /** What anybody warns of. */
    private static List<String> warnings(CapturedLog log) {
        return log.lines().stream()
                .filter(line -> line.startsWith("WARN ") || line.startsWith("ERROR "))
                .toList();
    }

    private static void sendUntilCutOff(RawConnection connection) {
        try {
            connection.send(" ");
        } catch (IOException e) {
            // An exception ends the schedule.
            throw new UncheckedIOException(e);
        }
    }

    private static List<RawConnection> connect(int port, int count) throws IOException {
        List<RawConnection> connected = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            connected.add(RawConnection.to(port));
        }
        return connected;
    }

    private static void assertAllAreServed(List<RawConnection> connected) throws IOException {
        for (RawConnection connection : connected) {
            connection.send(RawConnection.callback(REQUEST));
        }
        for (RawConnection connection : connected) {
            try (connection) {
                assertThat(connection.answer().status()).isEqualTo(200);
            }
        }
    }

    private static boolean isRefused(int port) {
        try (RawConnection probe = RawConnection.to(port)) {
            probe.reset();
            return false;
        } catch (IOException e) {
            return true;
        }
    }
}
