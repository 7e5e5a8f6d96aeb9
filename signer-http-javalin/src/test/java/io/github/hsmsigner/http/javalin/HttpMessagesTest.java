package io.github.hsmsigner.http.javalin;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.SigningService;
import io.github.hsmsigner.http.Client;
import io.github.hsmsigner.http.corpus.EcService;
import io.github.hsmsigner.http.corpus.ErrorText;
import io.github.hsmsigner.testing.CapturedLog;
import io.javalin.Javalin;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What HTTP itself says about a body: its type, its encoding, its length, and whether the client is still there. */
@Timeout(60)
class HttpMessagesTest {

    private static final int MAX_BODY_BYTES = 10_000;
    private static final String BODY = "{\"action\":\"get_certificates\"}";

    private static Javalin application;
    private static Client client;

    @BeforeAll
    static void start() {
        SigningService service = EcService.start();
        application = Javalin.create(config -> {
                    config.startup.showJavalinBanner = false;
                    config.registerPlugin(new DocumentEnginePlugin(
                            () -> service, plugin -> plugin.limits = plugin.limits.withMaxBodyBytes(MAX_BODY_BYTES)));
                })
                .start(0);
        client = new Client(application.port());
    }

    @AfterAll
    static void stop() {
        application.stop();
    }

    /** Sends octets as they are, and gives everything that comes back until the server closes the connection. */
    private static String raw(String... parts) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", application.port())) {
            socket.setSoTimeout(20_000);
            for (String part : parts) {
                socket.getOutputStream().write(part.getBytes(StandardCharsets.ISO_8859_1));
            }
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }

    private static String head(String... headers) {
        return "POST /sign HTTP/1.1\r\nHost: a\r\nConnection: close\r\n" + String.join("\r\n", headers) + "\r\n\r\n";
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "application/json",
                "Application/JSON",
                "application/json;charset=utf-8",
                "application/json; charset=\"UTF-8\"",
                "application/json ; charset=us-ascii",
                "application/json; charset=utf-16",
                "application/json; charset=utf-8; charset=latin1",
                "application/json; profile=x; version=1",
                "application/json;",
                "application/json; ;"
            })
    void parametersOfTheContentTypeHaveNoMeaning(String contentType) throws IOException {
        assertThat(raw(head("Content-Type: " + contentType, "Content-Length: " + BODY.length()), BODY))
                .startsWith("HTTP/1.1 200");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "application/jsonp",
                "application/vnd.api+json",
                "text/json",
                "*/*",
                "application/*",
                "application/json, application/json",
                "application",
                "json",
                "application /json",
                "multipart/form-data; boundary=application/json"
            })
    void otherContentTypesAreRefused(String contentType) throws IOException {
        String answer = raw(head("Content-Type: " + contentType, "Content-Length: " + BODY.length()), BODY);
        assertThat(answer).startsWith("HTTP/1.1 415").contains("unsupported_media_type");
    }

    @Test
    void twoContentTypesAreRefused() throws IOException {
        assertThat(raw(
                        head(
                                "Content-Type: application/json",
                                "Content-Type: text/plain",
                                "Content-Length: " + BODY.length()),
                        BODY))
                .startsWith("HTTP/1.1 415");
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "GZIP", "x-gzip", "deflate", "br", "zstd", "gzip, gzip", "identity, gzip", "x"})
    void encodedBodiesAreRefused(String encoding) throws IOException {
        ByteArrayOutputStream zipped = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(zipped)) {
            gzip.write(BODY.getBytes(StandardCharsets.US_ASCII));
        }
        HttpResponse<byte[]> response = client.send(client.request("/sign")
                .header("Content-Type", "application/json")
                .header("Content-Encoding", encoding)
                .POST(BodyPublishers.ofByteArray(zipped.toByteArray())));
        assertThat(response.statusCode()).isEqualTo(415);
        assertThat(Client.header(response, "Accept-Encoding")).isEqualTo("identity");
        assertThat(Client.text(response)).contains("unsupported_content_encoding");
        ErrorText.assertIsHarmless(Client.text(response), Client.header(response, "X-Request-Id"));
    }

    @Test
    void theIdentityEncodingIsNone() {
        assertThat(client.send(client.request("/sign")
                                .header("Content-Type", "application/json")
                                .header("Content-Encoding", "identity")
                                .POST(BodyPublishers.ofString(BODY)))
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void aChunkedBodyIsReadAcrossItsChunks() throws IOException {
        String answer = raw(
                head("Content-Type: application/json", "Transfer-Encoding: chunked"),
                "a\r\n" + BODY.substring(0, 10) + "\r\n",
                "1;extension=x\r\n" + BODY.substring(10, 11) + "\r\n",
                Integer.toHexString(BODY.length() - 11) + "\r\n" + BODY.substring(11) + "\r\n",
                "0\r\nTrailer: x\r\n\r\n");
        assertThat(answer).startsWith("HTTP/1.1 200");
    }

    @ParameterizedTest
    @ValueSource(strings = {"zz\r\n", "-1\r\nx\r\n", "3\r\nabcdef\r\n0\r\n\r\n", "ffffffffffffffffffff\r\nx\r\n"})
    void brokenChunksAreTheClientsFault(String chunks) throws IOException {
        String answer = raw(head("Content-Type: application/json", "Transfer-Encoding: chunked"), chunks);
        assertThat(answer).startsWith("HTTP/1.1 400").doesNotContain("Exception", "jetty");
    }

    @Test
    void aRequestWithoutLengthHasNoBody() throws IOException {
        assertThat(raw(head("Content-Type: application/json"), BODY))
                .startsWith("HTTP/1.1 400")
                .contains("is empty");
    }

    @Test
    void http10IsServed() throws IOException {
        assertThat(raw("POST /sign HTTP/1.0\r\nContent-Type: application/json\r\nContent-Length: " + BODY.length()
                        + "\r\n\r\n" + BODY))
                .contains(" 200 ", "ca_certificates");
    }

    @Test
    void aClientThatExpectsToBeAskedForItsBodyIsAsked() throws IOException {
        assertThat(raw(
                        head(
                                "Content-Type: application/json",
                                "Expect: 100-continue",
                                "Content-Length: " + BODY.length()),
                        BODY))
                .startsWith("HTTP/1.1 100")
                .contains("HTTP/1.1 200");
    }

    /** It is told at once that nobody wants the body, which it has not sent yet. */
    @ParameterizedTest
    @CsvSource({"application/json,10001,413", "text/plain,5,415"})
    void aClientThatExpectsToBeAskedIsNotAskedInVain(String contentType, int length, int status) throws IOException {
        String answer = raw("POST /sign HTTP/1.1\r\nHost: a\r\nContent-Type: " + contentType
                + "\r\nExpect: 100-continue\r\nContent-Length: " + length + "\r\n\r\n");
        assertThat(answer).startsWith("HTTP/1.1 " + status).contains("Connection: close");
    }

    @Test
    void aClientThatGoesAwayLeavesOneLineAndTheNextIsServed() throws IOException {
        try (CapturedLog log = new CapturedLog()) {
            for (String part : List.of("", "{\"action\"", "{\"encoded_contents\":\"AAAA")) {
                try (Socket socket = new Socket("127.0.0.1", application.port())) {
                    socket.getOutputStream()
                            .write((head("Content-Type: application/json", "Content-Length: 5000") + part)
                                    .getBytes(StandardCharsets.US_ASCII));
                    socket.setSoLinger(true, 0);
                }
            }
            awaitLines(log, 3);
            assertThat(log.lines())
                    .filteredOn(line -> line.contains("outcome="))
                    .hasSize(3)
                    .allMatch(line -> line.contains("status=400"));
            assertThat(log.lines()).noneMatch(line -> line.startsWith("ERROR") || line.startsWith("WARN"));
        }
        assertThat(client.sign(BODY).statusCode()).isEqualTo(200);
        assertThat(client.send(client.request("/sign")
                                .header("Content-Type", "application/json")
                                .POST(BodyPublishers.ofInputStream(HttpMessagesTest::body)))
                        .statusCode())
                .isEqualTo(200);
    }

    private static InputStream body() {
        return new ByteArrayInputStream(BODY.getBytes(StandardCharsets.US_ASCII));
    }

    private static void awaitLines(CapturedLog log, int number) {
        Deadline deadline = Deadline.after(Duration.ofSeconds(20));
        while (log.lines().stream().filter(line -> line.contains("outcome=")).count() < number) {
            assertThat(deadline.hasPassed()).as("lines so far: %s", log.text()).isFalse();
            LockSupport.parkNanos(1_000_000);
        }
    }
}
