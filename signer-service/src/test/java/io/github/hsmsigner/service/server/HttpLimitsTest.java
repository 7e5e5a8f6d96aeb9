package io.github.hsmsigner.service.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.http.TestKey;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is odd in HTTP, and what is too much of it. */
@Timeout(60)
class HttpLimitsTest {

    private static final String REQUEST = "{\"action\":\"get_certificates\"}";

    @TempDir
    private static Path directory;

    private static SigningHttpServer server;

    @BeforeAll
    static void start() {
        var service = TestKey.service(directory);
        server = TestServer.start(TestServer.settings(TestLimits.DEFAULTS), () -> service);
    }

    @AfterAll
    static void stop() {
        server.stop();
    }

    private static RawConnection connect() throws IOException {
        return RawConnection.to(server.port());
    }

    @Test
    void headersUpToTheLimit() throws IOException {
        try (RawConnection connection = connect()) {
            String head = "GET / HTTP/1.1\r\nHost: a\r\nX: ";
            assertThat(connection
                            .send(head + "x".repeat(7_000) + "\r\n\r\n")
                            .answer()
                            .status())
                    .isEqualTo(200);
            assertTooLarge(connection.send(head + "x".repeat(8_200) + "\r\n\r\n"));
        }
    }

    @Test
    void fieldsUpToTheLimit() throws IOException {
        try (RawConnection connection = connect()) {
            String head = "GET / HTTP/1.1\r\nHost: a\r\n";
            for (int i = 0; i < 2; i++) {
                assertThat(connection
                                .send(head + "a:b\r\n".repeat(63) + "\r\n")
                                .answer()
                                .status())
                        .isEqualTo(200);
            }
            assertTooLarge(connection.send(head + "a:b\r\n".repeat(65)));
        }
    }

    @Test
    void trailersUpToTheLimit() throws IOException {
        String request = "POST /sign HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                + "Transfer-Encoding: chunked\r\n\r\n1e\r\n" + REQUEST + " \r\n0\r\n";
        try (RawConnection connection = connect()) {
            assertThat(connection
                            .send(request + "a:b\r\n".repeat(61) + "\r\n")
                            .answer()
                            .status())
                    .isEqualTo(200);
            RawConnection.Answer answer =
                    connection.send(request + "a:b\r\n".repeat(62) + "\r\n").answer();
            assertThat(answer.status()).isEqualTo(400);
            assertThat(answer.closes()).isTrue();
        }
    }

    private static void assertTooLarge(RawConnection connection) throws IOException {
        RawConnection.Answer answer = connection.answer();
        assertThat(answer.status()).isEqualTo(431);
        assertThat(answer.body()).startsWith("{\"error\":{\"code\":\"bad_http_request\"");
        assertThat(connection.isClosedByServer()).isTrue();
    }

    @Test
    void anEndlessAddress() throws IOException {
        try (RawConnection connection = connect()) {
            RawConnection.Answer answer = connection
                    .send("GET /" + "x".repeat(8_200) + " HTTP/1.1\r\n")
                    .answer();
            assertThat(answer.status()).isEqualTo(414);
            assertThat(answer.body()).startsWith("{\"error\":{\"code\":\"bad_http_request\"");
        }
    }

    @Test
    void aHundredRequestsAtOnceOnOneConnection() throws IOException {
        try (RawConnection connection = connect()) {
            connection.send(RawConnection.callback(REQUEST).repeat(100));
            for (int i = 0; i < 100; i++) {
                RawConnection.Answer answer = connection.answer();
                assertThat(answer.status()).isEqualTo(200);
                assertThat(answer.body()).startsWith("{\"certificates\":[");
            }
        }
    }

    @Test
    void aBodyInChunks() throws IOException {
        try (RawConnection connection = connect()) {
            connection.send("POST /sign HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                    + "Transfer-Encoding: chunked\r\n\r\n");
            for (char c : REQUEST.toCharArray()) {
                connection.send("1\r\n" + c + "\r\n");
            }
            assertThat(connection.send("0\r\n\r\n").answer().status()).isEqualTo(200);
            assertThat(connection.send(RawConnection.get("/")).answer().status())
                    .as("the next request")
                    .isEqualTo(200);
        }
    }

    /** RFC 9112, section 6.1: a coding that the server does not know is answered with 501. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "gzip, chunked",
                "gzip",
                "identity",
                "deflate,chunked",
                "chunked, chunked",
                "chunked;q=1",
                "xchunked"
            })
    void noTransferCodingButChunked(String coding) throws IOException {
        try (RawConnection connection = connect()) {
            RawConnection.Answer answer = connection
                    .send("POST /sign HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: "
                            + coding + "\r\n\r\n1c\r\n" + REQUEST + "\r\n0\r\n\r\n")
                    .answer();
            assertThat(answer.status()).isIn(400, 501);
            assertThat(answer.body()).startsWith("{\"error\":{\"code\":\"bad_http_request\"");
            assertThat(connection.isClosedByServer()).isTrue();
        }
    }

    @Test
    void noTransferCodingInASecondField() throws IOException {
        try (RawConnection connection = connect()) {
            RawConnection.Answer answer = connection
                    .send(
                            "POST /sign HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: gzip\r\n"
                                    + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n")
                    .answer();
            assertThat(answer.status()).isIn(400, 501);
            assertThat(connection.isClosedByServer()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/health/ready", "/metrics", "/nothing", "/sign"})
    void noResponseMayBeTakenForAnotherType(String path) throws IOException {
        try (RawConnection connection = connect()) {
            for (String request :
                    List.of(RawConnection.get(path), RawConnection.callback(REQUEST), RawConnection.callback("{"))) {
                assertThat(connection.send(request).answer().head()).contains("X-Content-Type-Options: nosniff\r\n");
            }
            assertThat(connection.send("rubbish\r\n\r\n").answer().head())
                    .contains("X-Content-Type-Options: nosniff\r\n");
        }
    }

    @Test
    void aClientThatWaitsToBeAsked() throws IOException {
        try (RawConnection connection = connect()) {
            connection.send("POST /sign HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                    + "Expect: 100-continue\r\nContent-Length: " + REQUEST.length() + "\r\n\r\n");
            assertThat(connection.answer().status()).isEqualTo(100);
            assertThat(connection.send(REQUEST).answer().status()).isEqualTo(200);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/sign", "/health/ready", "/nothing"})
    void noTrace(String path) throws IOException {
        try (RawConnection connection = connect()) {
            RawConnection.Answer answer = connection
                    .send("TRACE " + path + " HTTP/1.1\r\nHost: a\r\nX-Secret: 4711\r\n\r\n")
                    .answer();
            assertThat(answer.status()).isBetween(400, 405);
            assertThat(answer.body()).startsWith("{\"error\":").doesNotContain("4711");
            assertThat(answer.head()).doesNotContainIgnoringCase("server:").doesNotContain("4711");
        }
    }

    @Test
    void noOtherVersionOfHttp() throws IOException {
        try (RawConnection connection = connect()) {
            RawConnection.Answer answer = connection
                    .send("GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
                            + "HTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n")
                    .answer();
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.head()).startsWith("HTTP/1.1");
        }
    }

    @Test
    void aPortThatIsTaken() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            ListenerSettings listener = new ListenerSettings("127.0.0.1", taken.getLocalPort());
            assertCannotListen(
                    listener, Optional.empty(), "127.0.0.1:" + taken.getLocalPort(), "another process uses the port");
            assertCannotListen(
                    TestServer.ANY_PORT,
                    Optional.of(listener),
                    "127.0.0.1:" + taken.getLocalPort(),
                    "SIGNING_SERVICE_ADMIN_PORT");
        }
    }

    @Test
    void anAddressOfAnotherMachine() {
        assertCannotListen(
                new ListenerSettings("192.0.2.1", 0), Optional.empty(), "192.0.2.1:0", "SIGNING_SERVICE_ADDRESS");
        assertCannotListen(
                new ListenerSettings("no-such-host.invalid", 0),
                Optional.empty(),
                "no-such-host.invalid:0",
                "not one of this machine");
    }

    private static void assertCannotListen(
            ListenerSettings listener, Optional<ListenerSettings> admin, String named, String reason) {
        ServerSettings settings = TestServer.settings(listener, Optional.empty(), admin, TestLimits.DEFAULTS);
        assertThatThrownBy(() -> TestServer.start(settings, () -> null))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageStartingWith(named + " cannot be listened on: ")
                .hasMessageContaining(reason);
        assertThatThrownBy(() -> {
                    SigningHttpServer.checkPort(listener);
                    admin.ifPresent(SigningHttpServer::checkPort);
                })
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageStartingWith(named + " cannot be listened on: ")
                .hasMessageContaining(reason);
    }
}
