package io.github.hsmsigner.service.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hsmsigner.core.SigningService;
import io.github.hsmsigner.http.TestKey;
import io.github.hsmsigner.testing.CapturedLog;
import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The log lines for the answers that the server gives itself. */
@Timeout(60)
class ServerResponsesTest {

    private static final String HOST = " HTTP/1.1\r\nHost: a\r\nX-Request-Id: r-1\r\n";

    @TempDir
    private static Path directory;

    private static SigningService service;

    @BeforeAll
    static void createService() {
        service = TestKey.service(directory);
    }

    /** A server for each test: the limit of lines belongs to the server. */
    private static SigningHttpServer start() {
        return TestServer.start(
                TestServer.settings(
                        TestServer.ANY_PORT, Optional.empty(), Optional.of(TestServer.ANY_PORT), TestLimits.DEFAULTS),
                () -> service);
    }

    static Stream<Arguments> requests() {
        return Stream.of(
                Arguments.of(
                        "GET /nothing?token=secret" + HOST + "\r\n",
                        "method=GET path=/nothing outcome=not_found status=404"),
                Arguments.of(
                        "POST /nothing" + HOST + "Content-Length: 0\r\n\r\n",
                        "method=POST path=/nothing outcome=not_found status=404"),
                Arguments.of(
                        "GET /sign" + HOST + "\r\n", "method=GET path=/sign outcome=method_not_allowed status=405"),
                Arguments.of(
                        "POST /health/live" + HOST + "Content-Length: 0\r\n\r\n",
                        "method=POST path=/health/live outcome=method_not_allowed status=405"),
                Arguments.of("GET /sign" + HOST + "Host: b\r\n\r\n", "status=400"),
                Arguments.of("GET /sign HTTP/1.1\r\nHost: <<\r\n\r\n", "status=400"),
                Arguments.of("rubbish\r\n\r\n", "outcome=bad_http_request status=400"),
                Arguments.of("GET /" + "x".repeat(9_000) + HOST + "\r\n", "status=414"),
                Arguments.of("GET /sign" + HOST + "X: " + "x".repeat(9_000) + "\r\n\r\n", "status=431"));
    }

    @ParameterizedTest
    @MethodSource("requests")
    void haveALine(String request, String expected) throws IOException {
        SigningHttpServer server = start();
        try (CapturedLog log = new CapturedLog();
                RawConnection connection = RawConnection.from("127.0.0.9", server.port())) {
            int status = connection.send(request).answer().status();
            assertThat(expected).endsWith("status=" + status);
            assertThat(log.lines())
                    .filteredOn(line -> line.startsWith("INFO") && line.contains("ServerResponses"))
                    .singleElement()
                    .asString()
                    .contains(" client=127.0.0.9 ")
                    .endsWith(expected)
                    .doesNotContain("secret")
                    .hasSizeLessThan(500);
        } finally {
            server.stop();
        }
    }

    @Test
    void ofTheAdminPortHaveALine() throws IOException {
        SigningHttpServer server = start();
        try (CapturedLog log = new CapturedLog();
                RawConnection connection = RawConnection.to(server.adminPort().orElseThrow())) {
            for (String path : List.of("/sign", "/metric", "/health")) {
                assertThat(connection.send(RawConnection.get(path)).answer().status())
                        .isEqualTo(404);
                assertThat(log.text())
                        .contains("client=127.0.0.1 method=GET path=" + path + " outcome=not_found status=404");
            }
        } finally {
            server.stop();
        }
    }

    /** IPv4, and IPv6 where the machine has it. */
    static Stream<InetAddress> loopbackAddresses() throws SocketException {
        return NetworkInterface.networkInterfaces()
                .flatMap(NetworkInterface::inetAddresses)
                .filter(InetAddress::isLoopbackAddress);
    }

    /** The request log and the lines of the server name a client alike. */
    @ParameterizedTest
    @MethodSource("loopbackAddresses")
    void nameTheClientLikeTheRequestLog(InetAddress address) throws IOException {
        ListenerSettings listener = new ListenerSettings(address.getHostAddress(), 0);
        SigningHttpServer server = TestServer.start(
                TestServer.settings(listener, Optional.empty(), Optional.empty(), TestLimits.DEFAULTS), () -> service);
        try (CapturedLog log = new CapturedLog();
                RawConnection connection = new RawConnection(new Socket(address, server.port()))) {
            for (String request : List.of(RawConnection.get("/nothing"), RawConnection.callback("{"))) {
                connection.send(request).answer();
            }
            assertThat(log.lines())
                    .filteredOn(line -> line.startsWith("INFO") && line.contains(" Request "))
                    .hasSize(2)
                    .allMatch(line ->
                            line.contains(" client=" + address.getHostAddress().replaceFirst("%.*", "") + " "));
        } finally {
            server.stop();
        }
    }

    @Test
    void aFloodHasFewLines() throws IOException {
        SigningHttpServer server = start();
        try (CapturedLog log = new CapturedLog();
                RawConnection connection = RawConnection.to(server.port())) {
            long start = System.nanoTime();
            for (int i = 0; i < 200; i++) {
                connection.send(RawConnection.get("/nothing"));
            }
            IntStream.range(0, 200).forEach(i -> assertThat(status(connection)).isEqualTo(404));
            long seconds = 1 + (System.nanoTime() - start) / 1_000_000_000;
            assertThat(log.lines())
                    .filteredOn(line -> line.startsWith("INFO") && line.contains("ServerResponses"))
                    .hasSizeBetween(10, (int) Math.min(190, 10 * seconds));
        } finally {
            server.stop();
        }
    }

    private static int status(RawConnection connection) {
        try {
            return connection.answer().status();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
