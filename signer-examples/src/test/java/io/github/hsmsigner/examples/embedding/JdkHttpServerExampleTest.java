package io.github.hsmsigner.examples.embedding;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hsmsigner.examples.ExampleProgram;
import io.github.hsmsigner.testing.ExternalTool;
import io.github.hsmsigner.testing.TestPki;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Duration;
import java.util.Base64;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class JdkHttpServerExampleTest {

    private static final String PASSWORD = "password-of-the-example";

    @TempDir
    private Path directory;

    private final TestPki pki = new TestPki();
    private final HttpClient client = HttpClient.newHttpClient();
    private ExampleProgram.Server server;
    private URI address;

    @BeforeEach
    void start() {
        KeyPair key = TestPki.keyPair("EC", 256);
        Path keyStore = pki.writePkcs12(
                directory.resolve("signer.p12"),
                PASSWORD.toCharArray(),
                key,
                pki.certifySigner("Example", key.getPublic()));
        server = ExampleProgram.of(JdkHttpServerExample.class)
                .with("SIGNING_KEYSTORE_PASSWORD", PASSWORD)
                .start(keyStore, 0);
        address = URI.create(server.address());
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private HttpResponse<byte[]> post(String body, String... headers) throws Exception {
        return client.send(
                HttpRequest.newBuilder(address)
                        .timeout(Duration.ofSeconds(20))
                        .headers(headers)
                        .POST(BodyPublishers.ofString(body))
                        .build(),
                BodyHandlers.ofByteArray());
    }

    @Test
    void opensslVerifiesItsContainers() throws Exception {
        byte[] contents = "%PDF-1.7 any document".getBytes(StandardCharsets.US_ASCII);
        HttpResponse<byte[]> response = post(
                "{\"encoded_contents\":\"" + Base64.getEncoder().encodeToString(contents) + "\"}",
                "Content-Type",
                "application/json");

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("Content-Type")).contains("application/octet-stream");
        ExternalTool.runOrFail(
                "openssl",
                "cms",
                "-verify",
                "-binary",
                "-inform",
                "DER",
                "-in",
                Files.write(directory.resolve("container.der"), response.body()).toString(),
                "-content",
                Files.write(directory.resolve("contents.bin"), contents).toString(),
                "-CAfile",
                TestPki.writePem(directory.resolve("root.pem"), pki.root()).toString(),
                "-purpose",
                "any",
                "-out",
                directory.resolve("verified.bin").toString());
    }

    @Test
    void itsErrorsAreThoseOfTheProtocol() throws Exception {
        assertError(post("{}", "Content-Type", "application/json"), 400, "invalid_request");
        assertError(post("{}", "Content-Type", "text/plain"), 415, "unsupported_media_type");
        assertError(
                post("{}", "Content-Type", "application/json", "Content-Encoding", "gzip"),
                415,
                "unsupported_content_encoding");
        HttpResponse<byte[]> get =
                client.send(HttpRequest.newBuilder(address).GET().build(), BodyHandlers.ofByteArray());
        assertError(get, 405, "method_not_allowed");
        assertThat(get.headers().firstValue("Allow")).contains("POST");
    }

    private static void assertError(HttpResponse<byte[]> response, int status, String code) {
        assertThat(response.statusCode()).isEqualTo(status);
        assertThat(new String(response.body(), StandardCharsets.UTF_8))
                .startsWith("{\"error\":{\"code\":\"" + code + "\"")
                .contains(response.headers().firstValue("X-Request-Id").orElseThrow());
    }
}
