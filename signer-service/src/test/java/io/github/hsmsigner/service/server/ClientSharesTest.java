package io.github.hsmsigner.service.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hsmsigner.core.RevocationInfo;
import io.github.hsmsigner.core.SigningService;
import io.github.hsmsigner.core.cms.CmsContainerBuilder;
import io.github.hsmsigner.http.TestKey;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSequence;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients of one address cannot keep the server from those of another one. */
@Timeout(60)
class ClientSharesTest {

    private static final String REQUEST = "{\"action\":\"get_certificates\"}";
    private static final String ATTACKER = "127.0.0.2";
    private static final String CLIENT = "127.0.0.1";

    /** Too large to be read ahead. */
    private static final String LARGE = RawConnection.head(100_000) + "{";

    /** After it, the server knows how slowly a body arrives. */
    private static final Duration MEASURING_TIME = Duration.ofMillis(1_100);

    private static final String SMALL = RawConnection.head(1_000) + "{";

    @TempDir
    private static Path directory;

    private static SigningService service;

    private final ScheduledExecutorService trickle = Executors.newSingleThreadScheduledExecutor();
    private final List<RawConnection> slow = new CopyOnWriteArrayList<>();
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

    private void start(ClientLimits limits) {
        server = TestServer.start(TestServer.settings(limits), () -> service);
    }

    private void connect(int count, String address, int port, String begin) throws IOException {
        for (int i = 0; i < count; i++) {
            slow.add(RawConnection.from(address, port).send(begin));
        }
    }

    private void attack(int count, String begin) throws IOException {
        connect(count, ATTACKER, server.port(), begin);
    }

    /** Sends something on each of the slow connections from time to time, as long as it is open. */
    private void trickle() {
        trickle.scheduleWithFixedDelay(() -> slow.forEach(ClientSharesTest::sendIfOpen), 20, 20, TimeUnit.MILLISECONDS);
    }

    private static boolean sendIfOpen(RawConnection connection) {
        try {
            connection.send(" ");
            return true;
        } catch (IOException e) {
            // The server has closed it.
            return false;
        }
    }

    private RawConnection.Answer once(String address) {
        try (RawConnection connection = RawConnection.from(address, server.port())) {
            return connection.send(RawConnection.callback(REQUEST)).answer();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void awaitRequests(int count) {
        TestServer.await(count + " requests", () -> server.activity().requests() == count);
    }

    private void awaitExceeded(ServerLimit limit) {
        TestServer.await("the limit " + limit + " acts", () -> server.exceeded(limit) > 0);
    }

    @Test
    void aSmallBodyTakesNoPermitBeforeItIsComplete() throws IOException {
        start(TestLimits.with().maxRequests(1).build());
        attack(40, SMALL);
        attack(
                1,
                "POST /sign HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                        + "Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n");
        for (int i = 0; i < 20; i++) {
            assertThat(once(ATTACKER).status()).isEqualTo(200);
            awaitRequests(0);
        }
        assertThat(server.exceeded(ServerLimit.MAX_REQUESTS)).isZero();
        assertThat(server.exceeded(ServerLimit.CLIENT_SHARE)).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 1_000, 8_192, 40_000, 65_536, 65_537, 200_000})
    void aBodyThatArrivesInPiecesIsServed(int length) throws IOException {
        start(TestLimits.DEFAULTS);
        String body = REQUEST + " ".repeat(length);
        try (RawConnection connection = RawConnection.to(server.port())) {
            for (int request = 0; request < 2; request++) {
                connection.send(RawConnection.head(body.length()));
                for (int i = 0; i < body.length(); i += 10_007) {
                    connection.send(body.substring(i, Math.min(body.length(), i + 10_007)));
                }
                assertThat(connection.answer().status()).isEqualTo(200);
            }
        }
        assertThat(server.exceeded(ServerLimit.REQUEST_MEMORY)).isZero();
    }

    @Test
    void withoutMemoryForThemSmallBodiesAreServedAsTheyArrive() throws IOException {
        start(TestLimits.with().maxRequestMemory(0).build());
        attack(1, RawConnection.head(REQUEST.length()) + REQUEST.substring(0, 10));
        awaitRequests(1);
        assertThat(slow.get(0).send(REQUEST.substring(10)).answer().status()).isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource({"8, 1", "8, 3", "1, 1"})
    void slowBodiesGiveWayToAnotherAddress(int permits, int attackers) throws IOException {
        start(TestLimits.with().maxRequests(permits).build());
        for (int i = 0; i < permits; i++) {
            connect(1, "127.0.0." + (2 + i % attackers), server.port(), LARGE);
        }
        awaitRequests(permits);
        long begun = System.nanoTime();
        trickle();
        // The request that waits must find a body between two of its bytes, which takes several checks on a loaded
        // machine.
        TestServer.await("the bodies count as slow", () -> System.nanoTime() - begun > MEASURING_TIME.toNanos());

        assertThat(once(CLIENT).status()).isEqualTo(200);
        assertThat(server.exceeded(ServerLimit.CLIENT_SHARE)).isEqualTo(1);
        assertThat(server.exceeded(ServerLimit.MAX_REQUESTS)).isZero();
        awaitRequests(permits - 1);
    }

    /** A request that waits looks for slow bodies more than once. The rate of this body falls below the limit after 1.7 s. */
    @Test
    void aBodyThatBecomesSlowGivesWayToARequestThatWaits() throws IOException {
        start(TestLimits.with().maxRequests(1).build());
        attack(1, RawConnection.head(500_000) + " ".repeat(110_000));
        awaitRequests(1);
        assertThat(once(CLIENT).status()).isEqualTo(200);
        assertThat(server.exceeded(ServerLimit.CLIENT_SHARE)).isEqualTo(1);
    }

    @Test
    void theClientThatIsCutOffHearsWhy() throws IOException {
        start(TestLimits.with().maxRequests(1).build());
        attack(1, LARGE);
        awaitRequests(1);
        assertThat(once(CLIENT).status()).isEqualTo(200);
        RawConnection.Answer cutOff = slow.get(0).answer();
        assertThat(cutOff.status()).isEqualTo(408);
        assertThat(cutOff.body()).contains("\"request_timeout\"");
        assertThat(cutOff.closes()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"false, 127.0.0.1", "true, 127.0.0.2"})
    void aFurtherRequestOfTheSameClientIsRefusedAtOnce(boolean shareByAddress, String address) throws IOException {
        start(TestLimits.with().maxRequests(2).shareByAddress(shareByAddress).build());
        attack(2, LARGE);
        awaitRequests(2);
        RawConnection.Answer refused = once(address);
        assertThat(refused.status()).isEqualTo(503);
        assertThat(refused.head()).contains("Retry-After: 1");
        assertThat(server.exceeded(ServerLimit.MAX_REQUESTS)).isEqualTo(1);
        assertThat(server.exceeded(ServerLimit.CLIENT_SHARE)).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"small", "large"})
    void aBodyMustArriveInTimeAsAWhole(String size) throws IOException {
        start(TestLimits.with()
                .bodyRate(0, Duration.ZERO)
                .averageRate(10_000, Duration.ofMillis(500))
                .build());
        attack(1, size.equals("small") ? SMALL : LARGE);
        trickle();
        RawConnection.Answer answer = slow.get(0).answer();
        assertThat(answer.status()).isEqualTo(408);
        assertThat(answer.closes()).isTrue();
    }

    @Test
    void aResponseMustBeTakenInTime() throws IOException {
        byte[] list = new DERSequence(new DEROctetString(new byte[16 * 1024 * 1024])).getEncoded();
        RevocationInfo info = new RevocationInfo(List.of(), List.of(list));
        SigningService large = TestKey.service(
                directory,
                CmsContainerBuilder.builder()
                        .revocationInfo((chain, deadline) -> info)
                        .build());
        ClientLimits limits =
                TestLimits.with().responseTimeout(Duration.ofMillis(500)).build();
        server = TestServer.start(TestServer.settings(limits), () -> large);
        attack(1, RawConnection.callback("{\"encoded_contents\":\"AAAA\"}"));

        awaitExceeded(ServerLimit.RESPONSE_TIMEOUT);
        awaitRequests(0);
    }

    /** More than the kernel takes for a client that does not read. */
    @Test
    void clientsThatDoNotReadTheMetricsHoldFewOfThemInMemory() throws IOException {
        byte[] text = new byte[16 * 1024 * 1024];
        ManagementEndpoints.Sources sources = new ManagementEndpoints.Sources(
                Health::good, accept -> new ManagementEndpoints.Content("text/plain", text), new TestServer.NoTokens());
        server = TestServer.start(TestServer.settings(TestLimits.DEFAULTS), () -> service, sources);
        attack(8, RawConnection.get("/metrics"));
        for (RawConnection reading : slow) {
            assertThat(reading.readHead()).startsWith("HTTP/1.1 200");
        }
        try (RawConnection client = RawConnection.to(server.port())) {
            assertThat(client.send(RawConnection.get("/metrics")).answer().status())
                    .isEqualTo(503);
            assertThat(client.send(RawConnection.get("/health/live")).answer().status())
                    .isEqualTo(200);
        }
        slow.get(0).close();
        TestServer.await("one of them is released", this::servesMetrics);
    }

    private boolean servesMetrics() {
        try (RawConnection client = RawConnection.to(server.port())) {
            return client.send(RawConnection.get("/metrics")).readHead().startsWith("HTTP/1.1 200");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST /sign HTTP/1.1\r\nX: ", "P", ""})
    void connectionsWithoutARequestGiveWay(String begin) throws IOException {
        int connections = 8;
        start(TestLimits.with().maxConnections(connections).build());
        try (RawConnection kept = RawConnection.from(CLIENT, server.port())) {
            kept.send(RawConnection.callback(REQUEST)).answer();
            attack(3 * connections, begin);
            awaitExceeded(ServerLimit.MAX_CONNECTIONS);
            assertThat(once(CLIENT).status()).isEqualTo(200);
            // It is older than all others, but the other address has more.
            assertThat(kept.send(RawConnection.callback(REQUEST)).answer().status())
                    .isEqualTo(200);
            assertThat(slow.get(0).isClosedByServer()).as("the oldest").isTrue();
        }
    }

    @Test
    void connectionsWithPartOfASmallBodyGiveWay() throws IOException {
        int connections = 8;
        start(TestLimits.with().maxConnections(connections).build());
        for (int i = 0; i < 3; i++) {
            attack(connections, SMALL);
            assertThat(once(CLIENT).status()).isEqualTo(200);
        }
        awaitExceeded(ServerLimit.MAX_CONNECTIONS);
    }

    @Test
    void probesReachTheAdminPortNextToTricklingConnections() throws IOException {
        server = TestServer.start(
                TestServer.settings(
                        TestServer.ANY_PORT, Optional.empty(), Optional.of(TestServer.ANY_PORT), TestLimits.DEFAULTS),
                () -> service);
        int admin = server.adminPort().orElseThrow();
        connect(300, ATTACKER, admin, "G");
        for (int i = 0; i < 20; i++) {
            try (RawConnection probe = RawConnection.to(admin)) {
                assertThat(probe.send(RawConnection.get("/health/live"))
                                .answer()
                                .status())
                        .isEqualTo(200);
            }
        }
        // What is left of them goes, however often it sends something.
        trickle();
        TestServer.await("the trickling ones are closed", () -> slow.stream().noneMatch(ClientSharesTest::sendIfOpen));
    }
}
