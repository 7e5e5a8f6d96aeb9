package io.github.hsmsigner.service.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hsmsigner.core.SigningService;
import io.github.hsmsigner.core.cms.CmsContainerBuilder;
import io.github.hsmsigner.http.TestKey;
import io.github.hsmsigner.http.protocol.CallbackLimits;
import io.github.hsmsigner.http.protocol.CertificateEncoding;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A web page cannot use the service through a browser of its network. Browsers send Origin with every POST (Fetch standard,
 * https://fetch.spec.whatwg.org/#append-a-request-origin-header) and Sec-Fetch-Site to trustworthy addresses
 * (https://www.w3.org/TR/fetch-metadata/).
 */
@Timeout(60)
class RequestOriginTest {

    private static final String BODY = "{\"action\":\"get_certificates\"}";

    @TempDir
    private static Path directory;

    private static SigningHttpServer server;

    @BeforeAll
    static void start() {
        SigningService service = TestKey.service(directory, new CmsContainerBuilder());
        ServerSettings settings = new ServerSettings(
                TestServer.ANY_PORT,
                "/sign",
                Optional.empty(),
                Optional.of(TestServer.ANY_PORT),
                CallbackLimits.defaults(),
                CertificateEncoding.PEM,
                TestLimits.DEFAULTS,
                Duration.ofSeconds(20),
                Set.of("Signer.Example", "10.0.0.1", "::1"),
                0);
        server = TestServer.start(settings, () -> service);
    }

    @AfterAll
    static void stop() {
        server.stop();
    }

    private static RawConnection.Answer post(int port, String path, String version, String headers) throws IOException {
        try (RawConnection connection = RawConnection.to(port)) {
            return connection
                    .send("POST " + path + " " + version + "\r\nContent-Type: application/json\r\nContent-Length: "
                            + BODY.length() + "\r\n" + headers + "\r\n" + BODY)
                    .answer();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Origin: https://page.example",
                "origin: null",
                "Origin:",
                "Sec-Fetch-Site: same-origin",
                "sec-fetch-site: cross-site"
            })
    void aRequestOfABrowserIsRefused(String header) throws IOException {
        String headers = "Host: signer.example\r\n" + header + "\r\n";
        for (RawConnection.Answer answer : new RawConnection.Answer[] {
            post(server.port(), "/sign", "HTTP/1.1", headers),
            post(server.adminPort().orElseThrow(), "/health/ready", "HTTP/1.1", headers)
        }) {
            assertThat(answer.status()).isEqualTo(403);
            assertThat(answer.body()).contains("\"code\":\"browser_request\"", "which only browsers send");
            assertThat(answer.closes()).isTrue();
        }
    }

    /** The {@code fetch} of Node.js sends it, also to servers without a page (github.com/nodejs/undici, issue 1305). */
    @ParameterizedTest
    @ValueSource(strings = {"sec-fetch-mode: cors", "Sec-Fetch-Mode: no-cors", "accept-language: *"})
    void aServerThatUsesFetchIsServed(String header) throws IOException {
        RawConnection.Answer answer =
                post(server.port(), "/sign", "HTTP/1.1", "Host: signer.example\r\n" + header + "\r\n");
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource({
        "signer.example, 200",
        "SIGNER.EXAMPLE:6000, 200",
        "signer.example., 200",
        "10.0.0.1, 200",
        "[::1]:80, 200",
        "rebound.example, 421",
        "signer.example.evil.example, 421",
        "10.0.0.2, 421",
        "127.0.0.1, 421"
    })
    void onlyAllowedHostsAreServed(String host, int status) throws IOException {
        RawConnection.Answer answer = post(server.port(), "/sign", "HTTP/1.1", "Host: " + host + "\r\n");
        assertThat(answer.status()).as(answer.body()).isEqualTo(status);
        assertThat(answer.body().contains("misdirected_request")).isEqualTo(status == 421);
    }

    @ParameterizedTest
    @CsvSource({"/health/live, true", "/health/ready, true", "/metrics, true", "/health/live, false"})
    void healthAndMetricsStayReadable(String path, boolean admin) throws IOException {
        int port = admin ? server.adminPort().orElseThrow() : server.port();
        try (RawConnection connection = RawConnection.to(port)) {
            String request = "GET " + path + " HTTP/1.1\r\nHost: any\r\nSec-Fetch-Site: none\r\n\r\n";
            assertThat(connection.send(request).answer().status()).isEqualTo(200);
        }
    }
}
