package io.github.hsmsigner.service.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hsmsigner.http.Client;
import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever is wrong with an HTTP request, the answer is an error in JSON: no page, no banner, no stack trace. */
class HttpErrorsTest {

    @TempDir
    private static Path directory;

    private static ServiceLifecycle service;
    private static Client client;

    @BeforeAll
    static void start() throws CannotStartException, InterruptedException {
        service = new ServiceLifecycle(TestSettings.ofTestKey(directory), Optional.empty(), "test");
        service.start();
        client = new Client(service.port());
    }

    @AfterAll
    static void stop() {
        service.close();
    }

    @ParameterizedTest
    @CsvSource({
        "/nothing, 404, not_found",
        "/SIGN, 404, not_found",
        "/health, 404, not_found",
        "/health/ready/more, 404, not_found",
        "/a%2fb, 404, not_found",
        "/sign/%2e%2e/x, 404, not_found",
        "/sign/, 405, method_not_allowed"
    })
    void unknownPaths(String path, int status, String code) {
        HttpResponse<byte[]> response =
                client.send(client.request(path).header("Accept", "text/html").GET());
        assertThat(response.statusCode()).isEqualTo(status);
        assertThat(Client.text(response)).startsWith("{\"error\":{\"code\":\"" + code + "\"");
        assertThat(Client.header(response, "Content-Type")).isEqualTo("application/json");
        assertThat(Client.header(response, "X-Request-Id")).isNotEmpty();
        assertThat(response.headers().firstValue("Server")).isEmpty();
    }

    @Test
    void otherMethods() {
        HttpResponse<byte[]> health =
                client.send(client.request("/health/ready").POST(BodyPublishers.noBody()));
        assertThat(health.statusCode()).isEqualTo(405);
        assertThat(Client.header(health, "Allow")).isEqualTo("GET, HEAD");
        HttpResponse<byte[]> sign = client.get("/sign");
        assertThat(sign.statusCode()).isEqualTo(405);
        assertThat(Client.header(sign, "Allow")).isEqualTo("POST");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "nonsense\r\n\r\n",
                "GET / HTTP/9.9\r\n\r\n",
                "GET / HTTP/1.1\r\n\r\n",
                "GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n",
                "POST /sign HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n"
            })
    void whatIsNotHttp(String request) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", service.port())) {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            socket.shutdownOutput();
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
            assertThat(answer)
                    .matches("(?s)HTTP/1\\.1 (400|505) .*\\{\"error\":\\{\"code\":\"bad_http_request\".*")
                    .doesNotContainIgnoringCase("jetty", "<", "exception", "at org.");
        }
    }
}
