package io.github.hsmsigner.service.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Named.named;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.github.hsmsigner.core.RevocationInfo;
import io.github.hsmsigner.core.SigningService;
import io.github.hsmsigner.core.cms.CmsContainerBuilder;
import io.github.hsmsigner.http.TestKey;
import io.github.hsmsigner.http.protocol.CallbackReport;
import io.github.hsmsigner.http.protocol.CallbackResponse;
import io.github.hsmsigner.testing.CapturedLog;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSequence;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The observer is told of each request once, whoever answers it, and also if its client goes away before it has the answer. */
@Timeout(120)
class RequestObserverTest {

    private static final String CERTIFICATES = "{\"action\":\"get_certificates\"}";

    @TempDir
    private static Path directory;

    private static SigningService service;

    private final Outcomes outcomes = new Outcomes();
    private SigningHttpServer server;

    @BeforeAll
    static void open() {
        service = TestKey.service(directory);
    }

    @BeforeEach
    void start() {
        ClientLimits defaults = TestLimits.DEFAULTS;
        start(defaults.maxRequests(), Duration.ofSeconds(1));
    }

    private void start(int maxRequests, Duration idle) {
        ClientLimits defaults = TestLimits.DEFAULTS;
        ClientLimits limits =
                TestLimits.with().idleTimeout(idle).maxRequests(maxRequests).build();
        server = TestServer.start(TestServer.settings(limits), () -> service, outcomes);
    }

    @AfterEach
    void stop() {
        server.stop();
    }

    static Stream<Arguments> requests() {
        String post = "POST /sign HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n";
        return Stream.of(
                arguments(named("good", RawConnection.callback(CERTIFICATES)), "ok"),
                arguments(named("malformed", RawConnection.callback("{")), "invalid_request"),
                arguments(named("a body that stops", RawConnection.head(99) + "{"), "request_timeout"),
                arguments(named("no such path", RawConnection.get("/nothing")), "not_found"),
                arguments(named("GET on the endpoint", RawConnection.get("/sign")), "method_not_allowed"),
                arguments(
                        named("HEAD on the endpoint", "HEAD /sign HTTP/1.1\r\nHost: a\r\n\r\n"), "method_not_allowed"),
                arguments(named("unknown method", "BREW /sign HTTP/1.1\r\nHost: a\r\n\r\n"), "method_not_allowed"),
                arguments(named("BEFORE", "BEFORE /sign HTTP/1.1\r\nHost: a\r\n\r\n"), "method_not_allowed"),
                arguments(named("AFTER elsewhere", "AFTER /x HTTP/1.1\r\nHost: a\r\n\r\n"), "not_found"),
                arguments(named("BEFORE in a header", overriding("POST", "BEFORE")), "ok"),
                arguments(named("POST in a header of GET", overriding("GET", "POST")), "method_not_allowed"),
                arguments(named("POST in a header of HEAD", overriding("HEAD", "POST")), "method_not_allowed"),
                arguments(
                        named("POST on a page of health", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n"),
                        "method_not_allowed"),
                arguments(named("not HTTP", "what is this\r\n\r\n"), "bad_http_request"),
                arguments(named("another version", "GET / HTTP/9.9\r\nHost: a\r\n\r\n"), "bad_http_request"),
                arguments(named("no host", "GET / HTTP/1.1\r\n\r\n"), "bad_http_request"),
                arguments(named("bad address", RawConnection.get("/%zz")), "bad_http_request"),
                arguments(
                        named("two lengths", post + "Content-Length: 1\r\nContent-Length: 2\r\n\r\n"),
                        "bad_http_request"),
                arguments(named("bad chunks", post + "Transfer-Encoding: chunked\r\n\r\nzz\r\n"), "invalid_request"),
                arguments(
                        named("large header", "GET /sign HTTP/1.1\r\nHost: a\r\nX: " + "x".repeat(20_000) + "\r\n\r\n"),
                        "bad_http_request"),
                arguments(named("long address", RawConnection.get("/" + "x".repeat(20_000))), "bad_http_request"));
    }

    private static String overriding(String method, String override) {
        return method + " /sign HTTP/1.1\r\nHost: a\r\nX-HTTP-Method-Override: " + override
                + "\r\nContent-Type: application/json\r\nContent-Length: " + CERTIFICATES.length() + "\r\n\r\n"
                + CERTIFICATES;
    }

    @ParameterizedTest
    @MethodSource("requests")
    void eachIsToldOnce(String request, String outcome) throws IOException {
        try (RawConnection connection = RawConnection.to(server.port()).send(request)) {
            connection.readHead();
        }
        assertThat(outcomesWhenAllIsOver()).containsExactly(outcome);
    }

    /** What the observer is told then depends on how much came before the client was gone. */
    @ParameterizedTest
    @MethodSource("requests")
    void clientsThatGoAwayAreToldOnceAtMost(String request, String outcome) throws IOException {
        for (int i = 0; i < 20; i++) {
            RawConnection connection = RawConnection.to(server.port()).send(request);
            TestServer.await(
                    "the connection is there", () -> server.activity().connections() > 0 || !outcomes.list.isEmpty());
            connection.reset();
            assertThat(outcomesWhenAllIsOver()).hasSizeLessThanOrEqualTo(1);
            outcomes.clear();
        }
    }

    @Test
    void theAnswerThatItsClientDoesNotTakeIsToldOnce() throws IOException {
        RawConnection connection = RawConnection.to(server.port()).send(RawConnection.callback(CERTIFICATES));
        TestServer.await("it is answered", () -> !outcomes.list.isEmpty());
        connection.reset();
        assertThat(outcomesWhenAllIsOver()).containsExactly("ok");
    }

    /** Longer than what the kernel takes for a client that does not read, so that sending it fails. */
    @Test
    void aLongAnswerThatCannotBeSentIsToldOnceAndNoErrorOfOurs() throws IOException {
        byte[] list = new DERSequence(new DEROctetString(new byte[16 * 1024 * 1024])).getEncoded();
        RevocationInfo info = new RevocationInfo(List.of(), List.of(list));
        SigningService large = TestKey.service(
                directory,
                CmsContainerBuilder.builder()
                        .revocationInfo((chain, deadline) -> info)
                        .build());
        server.stop();
        try (CapturedLog log = new CapturedLog()) {
            server = TestServer.start(TestServer.settings(TestLimits.DEFAULTS), () -> large, outcomes);
            RawConnection connection = RawConnection.to(server.port())
                    .send(RawConnection.callback(
                            "{\"action\":\"sign_pkcs7\",\"signature_type\":\"cms\",\"encoded_contents\":\"AAAA\"}"));
            connection.readHead();
            connection.reset();
            assertThat(outcomesWhenAllIsOver()).containsExactly("ok");
            assertThat(log.lines())
                    .filteredOn(line -> line.startsWith("WARN") || line.startsWith("ERROR"))
                    .singleElement()
                    .asString()
                    .contains(
                            "the client disconnected before it had the response. late=true signature=made client=127.0.0.1");
        }
    }

    @Test
    void pipelinedRequestsAreToldOnceEach() throws IOException {
        try (RawConnection connection = RawConnection.to(server.port())) {
            connection.send(RawConnection.callback(CERTIFICATES)
                    + RawConnection.get("/nothing")
                    + RawConnection.callback("{")
                    + "rubbish\r\n\r\n");
            for (int status : List.of(200, 404, 400, 400)) {
                assertThat(connection.answer().status()).isEqualTo(status);
            }
        }
        assertThat(outcomesWhenAllIsOver()).containsExactly("ok", "not_found", "invalid_request", "bad_http_request");
    }

    @Test
    void refusalsForLackOfPlacesAreToldOnceAlsoIfTheClientIsGone() throws IOException {
        server.stop();
        start(1, Duration.ofSeconds(20));
        int length = 99_999;
        try (RawConnection slow = RawConnection.to(server.port()).send(RawConnection.head(length) + "{")) {
            TestServer.await("the place is taken", () -> server.activity().requests() == 1);
            assertIsRefused();
            RawConnection.to(server.port())
                    .send(RawConnection.head(1_000) + "{")
                    .reset();
            // Connections are accepted in their order, so the one before this is seen by then, if it ever is.
            assertIsRefused();
            TestServer.await("one is left", () -> server.activity().connections() == 1);
            // The server answers once it has the whole body, or when the client was idle for too long.
            String rest = "rubbish!" + " ".repeat(length - "{rubbish!".length());
            assertThat(slow.send(rest).answer().status()).isEqualTo(400);
        }
        assertThat(outcomesWhenAllIsOver())
                .filteredOn("unavailable"::equals)
                .as("refused, with the client that was gone or without it")
                .hasSizeBetween(2, 3);
        assertThat(outcomes.list)
                .filteredOn(outcome -> !outcome.equals("unavailable"))
                .containsExactly("invalid_request");
    }

    private void assertIsRefused() throws IOException {
        try (RawConnection refused = RawConnection.to(server.port()).send(RawConnection.callback(CERTIFICATES))) {
            assertThat(refused.answer().status()).isEqualTo(503);
        }
    }

    @Test
    void healthAndMetricsAreNotTold() throws IOException {
        try (RawConnection connection = RawConnection.to(server.port())) {
            for (String path : List.of("/", "/health/live", "/health/ready", "/metrics")) {
                assertThat(connection.send(RawConnection.get(path)).answer().status())
                        .isEqualTo(200);
            }
        }
        assertThat(outcomesWhenAllIsOver()).isEmpty();
    }

    private List<String> outcomesWhenAllIsOver() {
        TestServer.await("no request is left", () -> server.activity().requests() == 0);
        TestServer.await("no connection is left", () -> server.activity().connections() == 0);
        return outcomes.list;
    }

    private static final class Outcomes implements RequestObserver {

        private final List<String> list = new CopyOnWriteArrayList<>();

        @Override
        public void answered(CallbackReport report) {
            list.add(report.outcome());
        }

        @Override
        public void answeredByServer(CallbackResponse answer) {
            list.add(answer.outcome());
        }

        void clear() {
            list.clear();
        }
    }
}
