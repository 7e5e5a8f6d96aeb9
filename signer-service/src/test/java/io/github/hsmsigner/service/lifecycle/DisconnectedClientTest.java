package io.github.hsmsigner.service.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hsmsigner.http.TestKey;
import io.github.hsmsigner.pkcs11.internal.cryptoki.FaultyCryptoki;
import io.github.hsmsigner.pkcs11.softhsm.SoftHsm;
import io.github.hsmsigner.testing.CapturedLog;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A client disconnects while the HSM signs. */
@Timeout(60)
class DisconnectedClientTest {

    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final String SIGN = "{\"encoded_contents\":\"AAAA\"}";
    private static final String MADE = "signer_client_disconnects_total{signature=\"made\"}";
    private static final String NONE = "signer_client_disconnects_total{signature=\"none\"}";

    private static SoftHsm.Token token;

    @TempDir
    private Path directory;

    private final CountDownLatch signing = new CountDownLatch(1);
    private final CountDownLatch release = new CountDownLatch(1);
    private final AtomicReference<FaultyCryptoki> module = new AtomicReference<>();
    private CapturedLog log;
    private ConfiguredService service;

    /** How a client goes away. */
    enum Farewell {
        CLOSE,
        RESET,
        /** Keeps reading. Servers take this for a disconnected client too, because next to no HTTP client does it. */
        HALF_CLOSE;

        void of(Socket socket) throws IOException {
            if (this == HALF_CLOSE) {
                socket.shutdownOutput();
            } else {
                socket.setSoLinger(this == RESET, 0);
                socket.close();
            }
        }
    }

    @BeforeAll
    static void makeToken() {
        token = SoftHsm.newToken();
        token.importKey(TestKey.keyPair(), "contracts", "a1");
        token.importCertificate(TestKey.certificate(), "contracts", "a1");
    }

    @BeforeEach
    void start() {
        log = new CapturedLog();
        service = ConfiguredService.start(
                target -> {
                    module.set(new FaultyCryptoki(target));
                    return module.get();
                },
                directory,
                """
                tokens:
                  hsm: {module: %s, pin: %s, label: %s, calling-thread: module}
                keys:
                  contracts: {label: contracts}
                server: {port: 0}
                audit: {file: @audit.jsonl}
                """.formatted(SoftHsm.module(), token.pin(), token.label()));
    }

    @AfterEach
    void stop() {
        release.countDown();
        service.close();
        log.close();
    }

    private void signaturesWait() {
        module.get().fault(function -> {
            if (function.equals("C_Sign")) {
                signing.countDown();
                try {
                    release.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
        });
    }

    private static String request(String id, String body) {
        return "POST /sign HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nX-Request-Id: " + id
                + "\r\ntraceparent: 00-" + TRACE + "-00f067aa0ba902b7-01\r\nContent-Length: " + body.length()
                + "\r\n\r\n"
                + body;
    }

    private static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    }

    private List<String> audit(String requestId) {
        try {
            return Files.readAllLines(directory.resolve("audit.jsonl")).stream()
                    .filter(line -> line.contains("\"request_id\":\"" + requestId + "\""))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The service's end of the connection knows of the farewell. */
    private void awaitFarewell(int clientPort) {
        String ports = String.format(Locale.ROOT, ":%04X .*:%04X 01 ", service.port(), clientPort);
        ConfiguredService.await(
                "the farewell arrives",
                () -> Stream.of("/proc/net/tcp", "/proc/net/tcp6")
                        .flatMap(table -> {
                            try {
                                return Files.readAllLines(Path.of(table)).stream();
                            } catch (IOException e) {
                                throw new UncheckedIOException(e);
                            }
                        })
                        .noneMatch(line -> line.matches(".*" + ports + ".*")));
    }

    @ParameterizedTest
    @EnumSource(Farewell.class)
    void theSignatureForAClientThatDisconnectedIsInMetricLogAndAuditLog(Farewell farewell) throws Exception {
        signaturesWait();
        try (Socket socket = new Socket("127.0.0.1", service.port())) {
            int port = socket.getLocalPort();
            send(socket, request("gone", SIGN));
            signing.await();
            farewell.of(socket);
            awaitFarewell(port);
            release.countDown();

            ConfiguredService.await("the disconnect is counted", () -> service.metric(MADE) == 1);
            ConfiguredService.await(
                    "it is in the audit log", () -> audit("gone").size() == 2);
            assertThat(audit("gone"))
                    .satisfiesExactly(
                            line -> assertThat(line)
                                    .contains(
                                            "\"event\":\"request\"",
                                            "\"outcome\":\"ok\"",
                                            "\"trace_id\":\"" + TRACE + "\""),
                            line -> assertThat(line)
                                    .contains(
                                            "\"event\":\"response_undelivered\"",
                                            "\"trace_id\":\"" + TRACE + "\"",
                                            "\"key\":\"contracts\",\"signature\":true"));
            assertThat(log.lines())
                    .filteredOn(line -> line.contains("Request gone: the client disconnected"))
                    .singleElement()
                    .asString()
                    .startsWith("WARN");
            assertThat(service.metric(NONE)).isZero();
            if (farewell == Farewell.HALF_CLOSE) {
                assertThat(new String(socket.getInputStream().readNBytes(15), StandardCharsets.US_ASCII))
                        .isEqualTo("HTTP/1.1 200 OK");
            }
        }
    }

    @Test
    void aClientThatSendsItsNextRequestEarlyGetsBothResponses() throws Exception {
        signaturesWait();
        String certificates = request("second", "{\"action\":\"get_certificates\"}");
        try (Socket socket = new Socket("127.0.0.1", service.port())) {
            send(socket, request("first", SIGN));
            signing.await();
            send(socket, certificates.replace("\r\nHost: a", "\r\nHost: a\r\nConnection: close"));
            release.countDown();
            String responses = new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
            assertThat(responses.split("HTTP/1.1 200 OK", -1)).hasSize(3);
            assertThat(responses).contains("X-Request-Id: first", "X-Request-Id: second");
        }
        assertThat(service.metric(MADE)).isZero();
        assertThat(service.metric(NONE)).isZero();
    }

    @Test
    void theTraceOfARequestIsInItsLogLinesAndAnInvalidOneIsNot() throws Exception {
        for (String header : List.of("00-" + TRACE + "-00f067aa0ba902b7-01", "00-xyz", "none")) {
            try (Socket socket = new Socket("127.0.0.1", service.port())) {
                String text = request("r" + header.length(), SIGN)
                        .replace("\r\nHost: a", "\r\nHost: a\r\nConnection: close")
                        .replace("00-" + TRACE + "-00f067aa0ba902b7-01", header);
                send(socket, text);
                assertThat(socket.getInputStream().readAllBytes()).isNotEmpty();
            }
            boolean valid = header.length() == 55;
            assertThat(audit("r" + header.length()))
                    .singleElement()
                    .asString()
                    .contains(valid ? "\"trace_id\":\"" + TRACE + "\"" : "\"trace_id\":null");
        }
    }
}
