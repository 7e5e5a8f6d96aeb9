package io.github.hsmsigner.service.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hsmsigner.http.Client;
import io.github.hsmsigner.http.TestKey;
import io.github.hsmsigner.testing.ExternalTool;
import io.github.hsmsigner.testing.LoopbackServer;
import io.github.hsmsigner.testing.TestPki;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ManagementEndpointsTest {

    @TempDir
    private Path directory;

    private volatile Health health = Health.good();
    private SigningHttpServer server;

    @AfterEach
    void stop() {
        server.stop();
    }

    private void start(Optional<ListenerSettings> admin) {
        var service = TestKey.service(directory);
        server = TestServer.start(
                TestServer.settings(TestServer.ANY_PORT, Optional.empty(), admin, TestLimits.DEFAULTS),
                () -> service,
                TestServer.sources(() -> health));
    }

    @Test
    void readinessTellsReasonsWarningsAndParts() {
        start(Optional.empty());
        Client client = new Client(server.port());
        assertAnswer(client.get("/health/ready"), 200, "{\"status\":\"ready\"}");

        health = new Health(
                false,
                List.of("The PIN is \"refused\"."),
                List.of("Everybody may sign."),
                List.of(new Health.Part("token", "a", "login_refused", Map.of("slot", "7", "label", "demo"))));
        assertAnswer(
                client.get("/health/ready"),
                503,
                "{\"status\":\"not_ready\",\"reasons\":[\"The PIN is \\\"refused\\\".\"],"
                        + "\"warnings\":[\"Everybody may sign.\"],\"parts\":[{\"kind\":\"token\",\"name\":\"a\","
                        + "\"state\":\"login_refused\",\"details\":{\"label\":\"demo\",\"slot\":\"7\"}}]}");
        assertAnswer(client.get("/health/live"), 200, "{\"status\":\"live\"}");
        assertAnswer(client.get("/"), 200, "{\"status\":\"up\"}");
    }

    @Test
    void theirOwnPort() {
        start(Optional.of(TestServer.ANY_PORT));
        Client callbacks = new Client(server.port());
        Client admin = new Client(server.adminPort().orElseThrow());

        assertAnswer(admin.get("/"), 200, "{\"status\":\"up\"}");
        assertAnswer(admin.get("/health/live"), 200, "{\"status\":\"live\"}");
        assertAnswer(admin.get("/health/ready"), 200, "{\"status\":\"ready\"}");
        assertError(admin.sign("{\"action\":\"get_certificates\"}"), 404, "not_found");
        assertThat(admin.get("/health/live").headers().firstValue("Server")).isEmpty();

        assertAnswer(callbacks.get("/"), 200, "{\"status\":\"up\"}");
        assertAnswer(callbacks.get("/health/live"), 200, "{\"status\":\"live\"}");
        assertError(callbacks.get("/health/ready"), 404, "not_found");
        assertError(callbacks.get("/metrics"), 404, "not_found");
        assertThat(callbacks.sign("{\"action\":\"get_certificates\"}").statusCode())
                .isEqualTo(200);
    }

    /**
     * A probe that sees 200 sends callbacks, and none of them may be refused. The private key comes through a pipe, so the callback
     * port cannot listen before the test has written it.
     */
    @Test
    void theirOwnPortOpensAfterThePortOfTheCallbacks() throws IOException {
        ListenerSettings admin = new ListenerSettings("127.0.0.1", LoopbackServer.freePort());
        KeyPair key = TestPki.rsaKeyPair(2048);
        Path certificate = TestPki.writePem(
                directory.resolve("server.pem"), TestKey.pki().certifySigner("Server", key.getPublic()));
        Path pipe = directory.resolve("server.key");
        ExternalTool.runOrFail("mkfifo", pipe.toString());
        TlsSettings tls =
                new TlsSettings(certificate, pipe, Optional.empty(), TlsSettings.ClientCertificates.NONE, List.of());
        var service = TestKey.service(directory);
        CompletableFuture<SigningHttpServer> starting = CompletableFuture.supplyAsync(() -> TestServer.start(
                TestServer.settings(TestServer.ANY_PORT, Optional.of(tls), Optional.of(admin), TestLimits.DEFAULTS),
                () -> service,
                TestServer.sources(() -> health)));
        // Returns once the server reads the pipe.
        try (OutputStream out = Files.newOutputStream(pipe)) {
            assertThat(accepts(admin.port())).isFalse();
            out.write(TestPki.pem(TestPki.pkcs8(key)).getBytes(StandardCharsets.US_ASCII));
        }
        server = starting.join();
        assertThat(accepts(server.port())).isTrue();
        assertAnswer(new Client(admin.port()).get("/health/ready"), 200, "{\"status\":\"ready\"}");
    }

    private static boolean accepts(int port) {
        try (Socket probe = new Socket("127.0.0.1", port)) {
            return probe.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    void withoutAnAdminPortTheMetricsAreOnThePortOfTheCallbacks() {
        start(Optional.empty());
        assertThat(server.adminPort()).isEmpty();
        assertThat(new Client(server.port()).get("/metrics").statusCode()).isEqualTo(200);
    }

    @Test
    void metricsInTheFormatThatIsAskedFor() {
        var service = TestKey.service(directory);
        server = TestServer.start(TestServer.settings(TestLimits.DEFAULTS), () -> service);
        Client client = new Client(server.port());
        HttpResponse<byte[]> plain = client.get("/metrics");
        assertThat(Client.text(plain)).isEqualTo(TestServer.METRICS);
        assertThat(Client.header(plain, "Content-Type")).isEqualTo("text/plain; version=0.0.4; charset=utf-8");
        HttpResponse<byte[]> open = client.send(client.request("/metrics")
                .header("Accept", "application/openmetrics-text")
                .GET());
        assertThat(Client.header(open, "Content-Type")).startsWith("application/openmetrics-text");
    }

    @Test
    void aReportThatFailsIsAFaultOfTheService() {
        var service = TestKey.service(directory);
        server = TestServer.start(TestServer.settings(TestLimits.DEFAULTS), () -> service, TestServer.sources(() -> {
            throw new IllegalStateException("a bug in /secret/place");
        }));
        HttpResponse<byte[]> answer = new Client(server.port()).get("/health/ready");
        assertError(answer, 500, "http_server");
        assertThat(Client.text(answer)).doesNotContain("secret");
    }

    private static void assertAnswer(HttpResponse<byte[]> response, int status, String body) {
        assertThat(response.statusCode()).isEqualTo(status);
        assertThat(Client.text(response)).isEqualTo(body);
        assertThat(Client.header(response, "Content-Type")).isEqualTo("application/json");
        assertThat(Client.header(response, "Cache-Control")).isEqualTo("no-store");
    }

    private static void assertError(HttpResponse<byte[]> response, int status, String code) {
        assertThat(response.statusCode()).isEqualTo(status);
        assertThat(Client.text(response)).startsWith("{\"error\":{\"code\":\"" + code + "\"");
        assertThat(Client.header(response, "X-Request-Id")).isNotEmpty();
    }
}
