package io.github.hsmsigner.http.javalin;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hsmsigner.core.SigningService;
import io.github.hsmsigner.http.Client;
import io.github.hsmsigner.http.TestKey;
import io.javalin.Javalin;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a caller does wrong is answered with a 4xx and a sentence that says what it was. */
class BadRequestsTest {

    private static final int MAX_BODY_BYTES = 10_000;
    private static final String ZERO_DIGEST = "00".repeat(32);
    private static final String GOOD = "{'action':'get_certificates'}".replace('\'', '"');

    @TempDir
    private static Path directory;

    private static Javalin application;
    private static Client client;

    @BeforeAll
    static void start() {
        SigningService service = TestKey.service(directory);
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

    private static Arguments json(String name, String body, String code, String message) {
        return request(name, c -> c.sign(body.replace('\'', '"')), 400, code, message);
    }

    private static Arguments request(
            String name, Function<Client, HttpResponse<byte[]>> exchange, int status, String code, String message) {
        return Arguments.argumentSet(name, exchange, status, code, message);
    }

    private static Arguments typed(String name, String contentType) {
        return request(
                name,
                c -> {
                    HttpRequest.Builder request = c.request("/sign").POST(BodyPublishers.ofString(GOOD));
                    return c.send(contentType == null ? request : request.header("Content-Type", contentType));
                },
                415,
                "unsupported_media_type",
                "must say application/json");
    }

    static Stream<Arguments> badRequests() {
        String large = GOOD + " ".repeat(2 * MAX_BODY_BYTES);
        String largeContents = "{\"encoded_contents\":\"" + "AAAA".repeat(MAX_BODY_BYTES) + "\"}";
        return Stream.of(
                json("no body", "", "invalid_request", "is empty"),
                request("no body, chunked", c -> c.signChunked(""), 400, "invalid_request", "is empty"),
                json("not JSON", "action=sign", "invalid_request", "not well-formed JSON"),
                json("JSON array", "[]", "invalid_request", "not an object"),
                json("missing fields", "{}", "invalid_request", "neither the field action nor"),
                json("missing data", "{'action':'sign'}", "invalid_request", "needs the field data_to_be_signed"),
                json("missing contents", "{'action':'sign_pkcs7'}", "invalid_request", "encoded_contents or the field"),
                json("bad Base64", "{'encoded_contents':'%PDF'}", "invalid_request", "must hold Base64"),
                json("odd-length digest", "{'digest':'abc'}", "invalid_request", "even number"),
                json("unknown action", "{'action':'shred'}", "unsupported", "use one of get_certificates"),
                json("md5", "{'hash_algorithm':'md5','digest':'" + ZERO_DIGEST + "'}", "unsupported", "md5 is refused"),
                json(
                        "sha1",
                        "{'hash_algorithm':'sha1','digest':'" + ZERO_DIGEST + "'}",
                        "unsupported",
                        "sha1 is refused"),
                json(
                        "sha160",
                        "{'hash_algorithm':'sha160','digest':'" + ZERO_DIGEST + "'}",
                        "unsupported",
                        "sha160 (SHA-1) is refused"),
                json(
                        "sha224",
                        "{'hash_algorithm':'sha224','digest':'" + ZERO_DIGEST + "'}",
                        "unsupported",
                        "sha224 is not supported"),
                json(
                        "digest that does not match the contents",
                        "{'digest':'" + ZERO_DIGEST + "','encoded_contents':'AAAA'}",
                        "invalid_request",
                        "does not match the contents"),
                typed("form", "application/x-www-form-urlencoded"),
                typed("text", "text/plain"),
                typed("longer name", "application/jsonp"),
                typed("no content type", null),
                request(
                        "large body with its length",
                        c -> c.sign(large),
                        413,
                        "body_too_large",
                        "larger than 10000 bytes"),
                request(
                        "large body without its length",
                        c -> c.signChunked(large),
                        413,
                        "body_too_large",
                        "larger than 10000 bytes"),
                request(
                        "large contents without their length",
                        c -> c.signChunked(largeContents),
                        413,
                        "body_too_large",
                        "larger than 10000 bytes"));
    }

    @ParameterizedTest
    @MethodSource("badRequests")
    void areAnsweredWithASentence(
            Function<Client, HttpResponse<byte[]>> exchange, int status, String code, String message) {
        HttpResponse<byte[]> response = exchange.apply(client);

        assertThat(response.statusCode()).isEqualTo(status);
        assertIsError(response, code, message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"})
    void otherMethodsAreAnsweredWithThoseThatAreAllowed(String method) {
        HttpResponse<byte[]> response = client.send(client.request("/sign").method(method, BodyPublishers.noBody()));
        assertThat(response.statusCode()).isEqualTo(405);
        assertThat(Client.header(response, "Allow")).isEqualTo("POST");
        assertIsError(response, "method_not_allowed", "offers POST");
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "DELETE"})
    void aHeaderDoesNotChangeTheMethod(String method) {
        HttpResponse<byte[]> refused = client.send(client.request("/sign")
                .header("X-HTTP-Method-Override", "POST")
                .header("Content-Type", "application/json")
                .method(method, BodyPublishers.ofString("{\"action\":\"get_certificates\"}")));
        assertThat(refused.statusCode()).isEqualTo(405);
        HttpResponse<byte[]> served = client.send(client.request("/sign")
                .header("X-HTTP-Method-Override", method)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString("{\"action\":\"get_certificates\"}")));
        assertThat(served.statusCode()).isEqualTo(200);
    }

    @Test
    void headIsRefusedWithoutABody() {
        HttpResponse<byte[]> response = client.send(client.request("/sign").method("HEAD", BodyPublishers.noBody()));
        assertThat(response.statusCode()).isEqualTo(405);
        assertThat(response.body()).isEmpty();
    }

    @Test
    void aBodyOfExactlyTheLimitIsServed() {
        String padded = GOOD + " ".repeat(MAX_BODY_BYTES - GOOD.length());
        assertThat(client.sign(padded).statusCode()).isEqualTo(200);
        assertThat(client.signChunked(padded).statusCode()).isEqualTo(200);
    }

    /** A server that closes a connection with octets unread takes back the answer that is on its way. */
    @Test
    void everyLargeBodyGetsItsAnswerOnAConnectionThatIsUsedAgain() {
        String large = "x".repeat(100 * MAX_BODY_BYTES);
        for (int i = 0; i < 50; i++) {
            assertThat(client.sign(large).statusCode()).isEqualTo(413);
            assertThat(client.signChunked(large).statusCode()).isEqualTo(413);
        }
    }

    private static void assertIsError(HttpResponse<byte[]> response, String code, String message) {
        String text = Client.text(response);
        assertThat(Client.header(response, "Content-Type")).isEqualTo("application/json");
        assertThat(Client.header(response, "X-Request-Id")).isNotEmpty();
        assertThat(text)
                .startsWith("{\"error\":{\"code\":\"" + code + "\",\"message\":\"")
                .contains(message)
                .endsWith(".\",\"request_id\":\"" + Client.header(response, "X-Request-Id") + "\"}}")
                .doesNotContain(
                        "Exception",
                        "io.github",
                        "java.",
                        "com.fasterxml",
                        "jetty",
                        "line:",
                        "column",
                        "\\n\\t",
                        directory.toString());
    }
}
