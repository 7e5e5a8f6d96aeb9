package io.github.hsmsigner.service.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hsmsigner.http.Client;
import io.github.hsmsigner.http.TestKey;
import io.github.hsmsigner.service.config.SettingsReader;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whatever becomes of a request on the port of the callbacks, it is counted once, by action and outcome. */
@Timeout(60)
class RequestMetricsTest {

    private static final String TOKEN = "a secret for the test";
    private static final Pattern COUNT = Pattern.compile("(?m)^signer_requests_total(\\{[^}]*}) (\\S+)$");

    @TempDir
    private Path directory;

    private ServiceLifecycle service;
    private Client client;
    private HttpClient admin;

    @BeforeEach
    void start() throws Exception {
        Path file = Files.writeString(
                directory.resolve("signer.yaml"),
                String.join(
                        "\n",
                        "server:",
                        "  address: 127.0.0.1",
                        "  port: 0",
                        "  admin: {port: 0}",
                        "  limits: {max-body: 10000, max-requests: 1}",
                        "keys:",
                        "  test:",
                        "    keystore: " + TestKey.writeKeyStore(directory),
                        "    keystore-password: " + TestKey.PASSWORD,
                        "access:",
                        "  token-secret: " + TOKEN,
                        ""));
        service = new ServiceLifecycle(
                SettingsReader.read(Map.of("SIGNING_SERVICE_CONFIG", file.toString())), Optional.empty(), "test");
        service.start();
        client = new Client(service.port());
        admin = HttpClient.newHttpClient();
    }

    @AfterEach
    void stop() {
        service.close();
    }

    @Test
    void eachRequestCountsOnce() throws Exception {
        String good = "\"signing_token\":\"" + TOKEN + "\"";
        assertCounts("get_certificates", "ok", () -> client.sign("{\"action\":\"get_certificates\"," + good + "}"));
        assertCounts("sign", "ok", () -> client.sign("{\"data_to_be_signed\":\"AQID\"," + good + "}"));
        assertCounts("sign_pkcs7", "ok", () -> client.sign("{\"encoded_contents\":\"AQID\"," + good + "}"));
        assertCounts("sign", "denied", () -> client.sign("{\"data_to_be_signed\":\"AQID\"}"));
        assertCounts("unknown", "invalid_request", () -> client.sign("{"));
        assertCounts("unknown", "body_too_large", () -> client.sign("{\"x\":\"" + "a".repeat(20_000) + "\"}"));
        assertCounts("unknown", "unsupported_media_type", () -> raw("POST /sign HTTP/1.1\r\nContent-Length: 0\r\n"));
        assertCounts("unknown", "not_found", () -> client.get("/admin"));
        assertCounts("unknown", "method_not_allowed", () -> client.get("/sign"));
        assertCounts("unknown", "bad_http_request", () -> raw("POST /sign HTTP/1.1\r\nContent-Length: x\r\n"));
    }

    @Test
    void aRequestTooManyCountsOnce() throws Exception {
        try (Socket slow = new Socket("127.0.0.1", service.port())) {
            slow.getOutputStream()
                    .write(("POST /sign HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 9\r\n"
                                    + "Expect: 100-continue\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            // It is asked for its body, so it has the only place.
            assertThat(new String(slow.getInputStream().readNBytes(12), StandardCharsets.US_ASCII))
                    .isEqualTo("HTTP/1.1 100");
            assertCounts("unknown", "unavailable", () -> client.sign("{}"));
        }
    }

    private interface Call {
        Object send() throws Exception;
    }

    private void assertCounts(String action, String outcome, Call call) throws Exception {
        Map<String, Double> before = counts();
        call.send();
        Map<String, Double> risen = new TreeMap<>();
        counts().forEach((labels, count) -> {
            double rise = count - before.getOrDefault(labels, 0.0);
            if (rise != 0) {
                risen.put(labels, rise);
            }
        });
        assertThat(risen).hasSize(1);
        assertThat(risen.values()).containsExactly(1.0);
        assertThat(risen.keySet().iterator().next())
                .contains("action=\"" + action + "\"", "outcome=\"" + outcome + "\"");
    }

    private Map<String, Double> counts() throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + service.adminPort().orElseThrow() + "/metrics"))
                .build();
        Map<String, Double> counts = new TreeMap<>();
        COUNT.matcher(admin.send(request, HttpResponse.BodyHandlers.ofString()).body())
                .results()
                .forEach(line -> counts.put(line.group(1), Double.valueOf(line.group(2))));
        return counts;
    }

    private String raw(String head) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", service.port())) {
            socket.getOutputStream()
                    .write((head + "Host: a\r\nConnection: close\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }
}
