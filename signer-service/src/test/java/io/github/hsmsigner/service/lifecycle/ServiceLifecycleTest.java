package io.github.hsmsigner.service.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hsmsigner.access.AllowAll;
import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.http.Client;
import io.github.hsmsigner.http.TestKey;
import io.github.hsmsigner.testing.CapturedLog;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ServiceLifecycleTest {

    private static final byte[] CONTENTS = "contents".getBytes(StandardCharsets.US_ASCII);

    @TempDir
    private Path directory;

    private ServiceLifecycle service;

    @AfterEach
    void stop() {
        service.close();
    }

    private Client start() {
        service = new ServiceLifecycle(TestSettings.ofTestKey(directory), Optional.empty(), "test");
        return run(service);
    }

    private static Client run(ServiceLifecycle service) {
        try {
            service.start();
            return new Client(service.port());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        } catch (CannotStartException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void signsAndSaysThatItIsReady() {
        Client client = start();
        HttpResponse<byte[]> signed =
                client.sign("{\"encoded_contents\":\"" + Base64.getEncoder().encodeToString(CONTENTS) + "\"}");

        assertThat(signed.statusCode()).isEqualTo(200);
        TestKey.assertOpensslVerifiesContainer(directory, signed.body(), CONTENTS);
        assertAnswer(client.get("/"), 200, "{\"status\":\"up\"}");
        assertAnswer(client.get("/health/live"), 200, "{\"status\":\"live\"}");
        HttpResponse<byte[]> ready = client.get("/health/ready");
        assertThat(ready.statusCode()).isEqualTo(200);
        assertThat(Client.text(ready))
                .startsWith("{\"status\":\"ready\",\"warnings\":[")
                .contains(
                        new AllowAll(false).warnings().get(0),
                        "{\"kind\":\"key\",\"name\":\"test\",\"state\":\"ready\",\"details\":{\"certificate_valid_to\":\""
                                + TestKey.certificate().getNotAfter().toInstant());
    }

    @Test
    void logsTheLineThatScriptsWaitFor() {
        try (CapturedLog log = new CapturedLog()) {
            start();
            assertThat(log.text()).contains("Listening on http://0.0.0.0:" + service.port() + "/sign");
        }
    }

    @Test
    void refusesToStartOnAPortThatIsTaken() throws IOException {
        try (ServerSocket taken = new ServerSocket(0)) {
            service = new ServiceLifecycle(
                    new TestSettings()
                            .testKey(directory)
                            .port(taken.getLocalPort())
                            .build(),
                    Optional.empty(),
                    "test");
            assertThatThrownBy(service::start)
                    .isInstanceOf(CannotStartException.class)
                    .hasMessageContaining("0.0.0.0:" + taken.getLocalPort() + " cannot be listened on");
        }
    }

    private static void assertAnswer(HttpResponse<byte[]> response, int status, String body) {
        assertThat(response.statusCode()).isEqualTo(status);
        assertThat(Client.text(response)).isEqualTo(body);
        assertThat(Client.header(response, "Content-Type")).isEqualTo("application/json");
        assertThat(response.headers().firstValue("Server")).isEmpty();
        assertThat(response.headers().firstValue("X-Request-Id")).isPresent();
    }

    @Test
    void finishesTheRequestsInFlightBeforeItEnds() throws IOException {
        service = new ServiceLifecycle(
                new TestSettings()
                        .testKey(directory)
                        .stopLimit(Duration.ofSeconds(20))
                        .build(),
                Optional.empty(),
                "test");
        run(service);
        int port = service.port();
        try (Socket socket = new Socket("127.0.0.1", port)) {
            String body = "{\"action\":\"get_certificates\"}";
            String head = "POST /sign HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Type: application/json\r\n"
                    + "Content-Length: " + body.length() + "\r\n\r\n";
            socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
            // The interim answer proves that the request is being served: it waits for its body.
            assertThat(new String(socket.getInputStream().readNBytes(25), StandardCharsets.US_ASCII))
                    .startsWith("HTTP/1.1 100");
            CompletableFuture<Void> stopped = CompletableFuture.runAsync(service::close);
            awaitRefusedConnections(port);
            assertThat(stopped).isNotDone();

            socket.getOutputStream().write(body.getBytes(StandardCharsets.US_ASCII));
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);

            assertThat(answer).startsWith("HTTP/1.1 200").contains("ca_certificates");
            stopped.join();
        }
    }

    private static void awaitRefusedConnections(int port) {
        Deadline deadline = Deadline.after(Duration.ofSeconds(10));
        while (!deadline.hasPassed()) {
            try (Socket probe = new Socket("127.0.0.1", port)) {
                probe.setSoLinger(true, 0);
            } catch (IOException e) {
                return;
            }
        }
        throw new AssertionError("Connections are still accepted");
    }
}
