package io.github.hsmsigner.service.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.http.Client;
import io.github.hsmsigner.http.TestKey;
import io.github.hsmsigner.service.config.ShowsEffectOf;
import io.github.hsmsigner.testing.CapturedLog;
import io.github.hsmsigner.testing.ExternalTool;
import io.github.hsmsigner.testing.TestPki;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Base64;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Each setting of {@code server} has an effect. */
@Timeout(60)
class ServerSettingsEffectTest {

    private static final String CERTIFICATES = "{\"action\":\"get_certificates\"}";
    private static final String TLS_PASSWORD = "password-of-the-tls-key";
    private static final TestPki PKI = TestKey.pki();
    private static final TestPki STRANGERS = new TestPki();

    @TempDir
    private static Path directory;

    private static ConfiguredService limited;

    @BeforeAll
    static void start() {
        limited = start("""
                server:
                  address: 127.0.0.1
                  port: 0
                  stop-limit: 100ms
                  path: /signatures
                  certificate-encoding: der
                  admin: {address: 127.0.0.2, port: 0}
                  limits:
                    max-body: 2KiB
                    max-nesting: 2
                    max-json-tokens: 32
                    max-name: 20
                    max-text: 128
                    max-signing-token: 200
                    max-number: 5
                    max-header: 1KiB
                    max-header-fields: 10
                """);
    }

    private static ConfiguredService start(String yaml, String... variables) {
        return ConfiguredService.start(directory, ConfiguredService.keyInFile(directory) + yaml, variables);
    }

    @AfterAll
    static void stop() {
        limited.close();
    }

    /** Posts JSON to the path of the service with limits. */
    private static int post(String json) {
        return answer(json).statusCode();
    }

    private static HttpResponse<byte[]> answer(String json) {
        Client client = limited.client();
        return client.send(client.request("/signatures")
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(json)));
    }

    @Test
    @ShowsEffectOf("server.allowed-hosts")
    void aRequestForAnotherHostIsRefused() throws IOException {
        String body = with("\"signing_token\":null");
        try (ConfiguredService service =
                        start("server: {port: 0, stop-limit: 100ms, allowed-hosts: [signer.example]}\n");
                Socket socket = new Socket("127.0.0.1", service.port())) {
            String head = "POST /sign HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: " + body.length();
            send(socket, head + "\r\nHost: signer.example\r\n\r\n" + body);
            assertThat(statusLine(socket)).startsWith("HTTP/1.1 200 ");
            try (Socket other = new Socket("127.0.0.1", service.port())) {
                send(other, head + "\r\nHost: rebound.example\r\n\r\n" + body);
                assertThat(statusLine(other)).startsWith("HTTP/1.1 421 ");
            }
        }
    }

    private static String with(String field) {
        return "{\"action\":\"get_certificates\"," + field + "}";
    }

    private static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    }

    /** The first line of the answer; empty if the server closes the connection. */
    private static String statusLine(Socket socket) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int octet = socket.getInputStream().read();
                octet >= 0 && octet != '\n';
                octet = socket.getInputStream().read()) {
            line.append((char) octet);
        }
        return line.toString().strip();
    }

    private static String head(String path, int length) {
        return "POST " + path + " HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: " + length
                + "\r\n";
    }

    /** Sends a request whose server waits for the body now. */
    private static Socket requestInFlight(int port, String path) throws IOException {
        Socket socket = ConfiguredService.connect("127.0.0.1", port);
        send(socket, head(path, CERTIFICATES.length()) + "Expect: 100-continue\r\n\r\n");
        assertThat(statusLine(socket)).startsWith("HTTP/1.1 100");
        return socket;
    }

    @Test
    @ShowsEffectOf("server.address")
    void itListensOnTheAddressAlone() throws IOException {
        ConfiguredService.connect("127.0.0.1", limited.port()).close();
        assertThatThrownBy(() -> ConfiguredService.connect("127.0.0.3", limited.port()))
                .isInstanceOf(ConnectException.class);
    }

    @Test
    @ShowsEffectOf("server.port")
    void itListensOnThePort() throws IOException {
        try (ServerSocket taken = new ServerSocket(0)) {
            String yaml = ConfiguredService.keyInFile(directory) + "server: {port: " + taken.getLocalPort() + "}\n";
            assertThat(ConfiguredService.problems(directory, yaml))
                    .singleElement()
                    .asString()
                    .startsWith("0.0.0.0:" + taken.getLocalPort() + " cannot be listened on");
        }
    }

    @Test
    @ShowsEffectOf("server.path")
    void itAnswersAtThePath() {
        assertThat(post(CERTIFICATES)).isEqualTo(200);
        assertThat(limited.client().sign(CERTIFICATES).statusCode()).isEqualTo(404);
    }

    @Test
    @ShowsEffectOf("server.certificate-encoding")
    void certificatesAreInTheEncoding() throws GeneralSecurityException {
        Client client = limited.client();
        String answer = Client.text(client.send(client.request("/signatures")
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(CERTIFICATES))));
        assertThat(answer)
                .contains("\""
                        + Base64.getEncoder()
                                .encodeToString(TestKey.certificate().getEncoded()) + "\"");
    }

    @Test
    @ShowsEffectOf("server.stop-limit")
    void aStopWaitsNoLongerThanTheLimitForARequest() throws IOException {
        ConfiguredService service = start("server: {port: 0, stop-limit: 0s}\n");
        try (CapturedLog log = new CapturedLog();
                Socket socket = requestInFlight(service.port(), "/sign")) {
            service.close();
            assertThat(socket.isClosed()).as("the client is still there").isFalse();
            assertThat(log.text()).contains("The stop limit of 0 ms is reached; cut off: requests=1");
        }
    }

    @Test
    @ShowsEffectOf({"server.admin.address", "server.admin.port"})
    void healthAndMetricsAreOnTheAddressAndThePort() throws IOException {
        int port = limited.service().adminPort().orElseThrow();
        try (Socket socket = ConfiguredService.connect("127.0.0.2", port)) {
            send(socket, "GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(statusLine(socket)).isEqualTo("HTTP/1.1 200 OK");
        }
        assertThatThrownBy(() -> ConfiguredService.connect("127.0.0.1", port)).isInstanceOf(ConnectException.class);
        assertThat(limited.client().get("/metrics").statusCode()).isEqualTo(404);
    }

    @Test
    @ShowsEffectOf("server.limits.max-body")
    void aLargerBodyIsRefused() {
        assertThat(post(CERTIFICATES + " ".repeat(1_000))).isEqualTo(200);
        assertThat(post(CERTIFICATES + " ".repeat(2_048))).isEqualTo(413);
    }

    @Test
    @ShowsEffectOf("server.limits.max-nesting")
    void deeperNestingIsRefused() {
        assertThat(post(with("\"x\":[1]"))).isEqualTo(200);
        assertThat(post(with("\"x\":[[1]]"))).isEqualTo(400);
    }

    @Test
    @ShowsEffectOf("server.limits.max-json-tokens")
    void moreTokensAreRefused() {
        assertThat(post(with("\"x\":[1" + ",1".repeat(19) + "]"))).isEqualTo(200);
        assertThat(post(with("\"x\":[1" + ",1".repeat(31) + "]"))).isEqualTo(400);
    }

    @Test
    @ShowsEffectOf("server.limits.max-name")
    void aLongerNameIsRefused() {
        assertThat(post(with("\"" + "x".repeat(20) + "\":1"))).isEqualTo(200);
        assertThat(post(with("\"" + "x".repeat(21) + "\":1"))).isEqualTo(400);
    }

    @Test
    @ShowsEffectOf("server.limits.max-text")
    void aLongerTextIsRefused() {
        assertThat(Client.text(answer("{\"action\":\"" + "x".repeat(128) + "\"}")))
                .contains("\"unsupported\"");
        assertThat(Client.text(answer("{\"action\":\"" + "x".repeat(129) + "\"}")))
                .contains("exceeds a limit");
    }

    @Test
    @ShowsEffectOf("server.limits.max-signing-token")
    void aLongerSigningTokenIsRefused() {
        assertThat(post(with("\"signing_token\":\"" + "x".repeat(200) + "\""))).isEqualTo(200);
        assertThat(post(with("\"signing_token\":\"" + "x".repeat(201) + "\""))).isEqualTo(400);
    }

    @Test
    @ShowsEffectOf("server.limits.max-header-fields")
    void moreFieldsAreRefused() throws IOException {
        try (Socket socket = ConfiguredService.connect("127.0.0.1", limited.port())) {
            send(socket, "GET / HTTP/1.1\r\nHost: a\r\n" + "x:y\r\n".repeat(10) + "\r\n");
            assertThat(statusLine(socket)).startsWith("HTTP/1.1 431");
        }
    }

    /** No memory is left for what exceeds the 8 KB buffer of the parser. */
    @Test
    @ShowsEffectOf("server.limits.max-request-memory")
    void aLongTextWithoutMemoryIsRefused() {
        try (ConfiguredService service =
                start("server: {port: 0, stop-limit: 100ms, limits: {max-request-memory: 0}}\n")) {
            assertThat(service.client()
                            .sign(with("\"signing_token\":\"" + "x".repeat(12_000) + "\""))
                            .statusCode())
                    .isEqualTo(503);
        }
    }

    /** It arrives much faster than by default it must, but not as fast as here. */
    @Test
    @ShowsEffectOf({"server.limits.min-average-rate", "server.limits.average-grace"})
    void aBodyThatIsSlowAsAWholeIsRefused() throws IOException {
        try (ConfiguredService service = start(
                        "server: {port: 0, stop-limit: 100ms, limits: {min-average-rate: 1GiB, average-grace: 0s}}\n");
                Socket socket = ConfiguredService.connect("127.0.0.1", service.port())) {
            int begin = 60_000;
            int rest = 2_000;
            send(
                    socket,
                    head("/sign", begin + rest) + "\r\n" + CERTIFICATES + " ".repeat(begin - CERTIFICATES.length()));
            for (int i = 0; i < rest && !hasAnswer(socket); i++) {
                send(socket, " ");
            }
            assertThat(statusLine(socket)).startsWith("HTTP/1.1 408");
        }
    }

    /** Waits a little for an answer, so that the whole body never lies ready before the server reads its first part. */
    private static boolean hasAnswer(Socket socket) throws IOException {
        Deadline little = Deadline.after(Duration.ofMillis(2));
        while (socket.getInputStream().available() == 0 && !little.hasPassed()) {
            Thread.onSpinWait();
        }
        return socket.getInputStream().available() > 0;
    }

    /** The client reads nothing, so that the responses fill all buffers. */
    @Test
    @Timeout(20)
    @ShowsEffectOf("server.limits.response-timeout")
    void aClientThatTakesNoResponseIsDisconnected() throws IOException {
        try (ConfiguredService service = start(
                        "server: {port: 0, stop-limit: 100ms, limits: {response-timeout: 100ms, idle-timeout: 1h}}\n");
                Socket socket = ConfiguredService.connect("127.0.0.1", service.port())) {
            String requests = (head("/sign", CERTIFICATES.length()) + "\r\n" + CERTIFICATES).repeat(100);
            assertThatThrownBy(() -> {
                        while (true) {
                            send(socket, requests);
                        }
                    })
                    .isInstanceOf(IOException.class);
        }
    }

    @Test
    @ShowsEffectOf("server.limits.share-by-address")
    void withoutSharesNoRequestGivesWayToAnotherAddress() throws IOException {
        try (ConfiguredService service = start(
                        "server: {port: 0, stop-limit: 100ms, limits: {max-requests: 1, share-by-address: false}}\n");
                Socket slow = new Socket(
                        InetAddress.getByName("127.0.0.1"), service.port(), InetAddress.getByName("127.0.0.2"), 0)) {
            send(slow, head("/sign", CERTIFICATES.length()) + "Expect: 100-continue\r\n\r\n");
            assertThat(statusLine(slow)).startsWith("HTTP/1.1 100");
            assertThat(service.client().sign(CERTIFICATES).statusCode()).isEqualTo(503);
        }
    }

    @Test
    @ShowsEffectOf("server.limits.max-number")
    void aLongerNumberIsRefused() {
        assertThat(post(with("\"x\":12345"))).isEqualTo(200);
        assertThat(post(with("\"x\":123456"))).isEqualTo(400);
    }

    @Test
    @ShowsEffectOf("server.limits.max-header")
    void aLargerHeaderIsRefused() throws IOException {
        try (Socket socket = ConfiguredService.connect("127.0.0.1", limited.port())) {
            send(socket, "GET / HTTP/1.1\r\nHost: a\r\nX: " + "x".repeat(1_024) + "\r\n\r\n");
            assertThat(statusLine(socket)).startsWith("HTTP/1.1 431");
        }
    }

    /** The first bytes of the body would do for the default rate, and for the default grace. */
    @Test
    @ShowsEffectOf({"server.limits.min-rate", "server.limits.slow-grace"})
    void aSlowerBodyIsRefused() throws IOException {
        try (ConfiguredService service =
                        start("server: {port: 0, stop-limit: 100ms, limits: {min-rate: 1GiB, slow-grace: 0s}}\n");
                Socket socket = ConfiguredService.connect("127.0.0.1", service.port())) {
            send(socket, head("/sign", 100_000) + "\r\n" + CERTIFICATES + " ".repeat(1_800));
            assertThat(statusLine(socket)).startsWith("HTTP/1.1 408");
        }
    }

    @Test
    @ShowsEffectOf("server.limits.max-requests")
    void moreRequestsAtOnceAreRefused() throws IOException {
        try (ConfiguredService service = start("server: {port: 0, stop-limit: 100ms, limits: {max-requests: 1}}\n");
                Socket socket = requestInFlight(service.port(), "/sign")) {
            assertThat(service.client().sign(CERTIFICATES).statusCode()).isEqualTo(503);
            send(socket, CERTIFICATES);
            assertThat(statusLine(socket)).isEmpty();
            assertThat(statusLine(socket)).startsWith("HTTP/1.1 200");
        }
    }

    @Test
    @ShowsEffectOf("server.limits.idle-timeout")
    void aSilentConnectionIsClosed() throws IOException {
        try (ConfiguredService service =
                        start("server: {port: 0, stop-limit: 100ms, limits: {idle-timeout: 100ms}}\n");
                Socket socket = ConfiguredService.connect("127.0.0.1", service.port())) {
            assertThat(statusLine(socket)).isEmpty();
        }
    }

    @Test
    @ShowsEffectOf("server.limits.max-connections")
    void aSilentConnectionGivesWayToAnotherOne() throws IOException {
        try (ConfiguredService service = start("server: {port: 0, stop-limit: 100ms, limits: {max-connections: 1}}\n");
                Socket silent = ConfiguredService.connect("127.0.0.1", service.port())) {
            // The response shows that the server has this connection before the other one.
            send(silent, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(statusLine(silent)).isEqualTo("HTTP/1.1 200 OK");
            // The server may still finish that response. Until then it closes the other connection.
            silent.setSoTimeout(200);
            ConfiguredService.await("the silent connection gives way", () -> givesWay(silent, service.port()));
        }
    }

    private static boolean givesWay(Socket silent, int port) {
        try (Socket another = ConfiguredService.connect("127.0.0.1", port)) {
            silent.getInputStream().readAllBytes();
            send(another, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(statusLine(another)).isEqualTo("HTTP/1.1 200 OK");
            return true;
        } catch (SocketTimeoutException e) {
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static SSLSocket tls(ConfiguredService service, SSLContext context) throws IOException {
        SSLSocket socket = service.connect(context);
        send(socket, head("/sign", CERTIFICATES.length()) + "\r\n" + CERTIFICATES);
        return socket;
    }

    private static SSLContext client(TestPki pki) {
        KeyPair key = TestPki.keyPair("EC", 256);
        return PKI.clientTls(
                ConfiguredService.identity(key, pki.certifySigner("Client", key.getPublic()), pki.intermediate()));
    }

    @Test
    @ShowsEffectOf({
        "server.tls.certificate",
        "server.tls.private-key",
        "server.tls.private-key-password",
        "server.tls.client-certificates",
        "server.tls.client-authorities"
    })
    void theServerShowsItsCertificateAndAsksForTheClients() throws IOException {
        KeyPair key = TestPki.rsaKeyPair(2048);
        X509Certificate certificate = PKI.certifySigner("Server", key.getPublic());
        TestPki.writePem(directory.resolve("server.pem"), certificate, PKI.intermediate());
        Path plain = TestPki.writePem(directory.resolve("plain.key"), TestPki.pkcs8(key));
        ExternalTool.runOrFail(
                "openssl",
                "pkcs8",
                "-topk8",
                "-in",
                plain.toString(),
                "-passout",
                "pass:" + TLS_PASSWORD,
                "-out",
                directory.resolve("server.key").toString());
        TestPki.writePem(directory.resolve("clients.pem"), STRANGERS.root());
        try (ConfiguredService service = start("""
                server:
                  port: 0
                  stop-limit: 100ms
                  tls:
                    certificate: @server.pem
                    private-key: @server.key
                    private-key-password: %s
                    client-certificates: required
                    client-authorities: @clients.pem
                """.formatted(TLS_PASSWORD))) {
            try (SSLSocket socket = tls(service, client(STRANGERS))) {
                assertThat(statusLine(socket)).isEqualTo("HTTP/1.1 200 OK");
                assertThat(socket.getSession().getPeerCertificates()[0]).isEqualTo(certificate);
            }
            assertRefused(service, client(PKI));
            assertRefused(service, PKI.clientTls());
        }
    }

    private static void assertRefused(ConfiguredService service, SSLContext context) {
        assertThatThrownBy(() -> {
                    try (Socket socket = tls(service, context)) {
                        statusLine(socket);
                    }
                })
                .isInstanceOf(IOException.class);
    }
}
