package io.github.hsmsigner.examples.springboot;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hsmsigner.pkcs11.softhsm.SoftHsm;
import io.github.hsmsigner.testing.OpensslCms;
import io.github.hsmsigner.testing.TestPki;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
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
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 240, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SpringBootExampleTest {

    private static final Pattern STARTED = Pattern.compile("Tomcat started on port (\\d+)");

    @TempDir
    private Path directory;

    private final TestPki pki = new TestPki();
    private final SoftHsm.Token token = SoftHsm.newToken();
    private final StringBuilder log = new StringBuilder();
    private Process process;

    private void start(String keyLabel) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                applicationClassPath(),
                SpringBootExample.class.getName(),
                "--server.port=0",
                "--signer.keys.contracts.uri=pkcs11:token=" + token.label() + ";object=" + keyLabel + "?module-path="
                        + SoftHsm.module() + "&pin-source="
                        + Files.writeString(directory.resolve("pin"), token.pin() + "\n")));
        process = new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    /** Without what is there for tests: their configuration of the log would take the place of Spring Boot's. */
    private static String applicationClassPath() {
        return Pattern.compile(Pattern.quote(File.pathSeparator))
                .splitAsStream(System.getProperty("java.class.path"))
                .filter(entry -> !entry.endsWith("test-classes") && !entry.endsWith("-tests.jar"))
                .collect(Collectors.joining(File.pathSeparator));
    }

    /** Reads the log up to the line that says where the application listens. */
    private URI address() throws IOException {
        BufferedReader output = process.inputReader(StandardCharsets.UTF_8);
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            log.append(line).append('\n');
            Matcher started = STARTED.matcher(line);
            if (started.find()) {
                return URI.create("http://localhost:" + started.group(1) + "/sign");
            }
        }
        throw new AssertionError("The application did not start:\n" + log);
    }

    @AfterEach
    void stop() {
        process.destroyForcibly();
    }

    @Test
    void opensslVerifiesWhatItSigns() throws Exception {
        KeyPair key = TestPki.rsaKeyPair(2048);
        token.importKey(key, "contracts", "01");
        token.importCertificate(pki.certifySigner("Spring", key.getPublic()), "contracts", "01");
        token.importCertificate(pki.intermediate(), "issuer", "02");
        token.importCertificate(pki.root(), "root", "03");
        start("contracts");
        URI address = address();
        HttpClient client = HttpClient.newHttpClient();

        byte[] contents = "%PDF-1.7 any document".getBytes(StandardCharsets.US_ASCII);
        String body = "{\"encoded_contents\":\"" + Base64.getEncoder().encodeToString(contents)
                + "\",\"hash_algorithm\":\"sha512\",\"signature_type\":\"cades\"}";
        HttpResponse<byte[]> signed = client.send(post(address, body), BodyHandlers.ofByteArray());
        assertThat(signed.statusCode()).isEqualTo(200);
        assertThat(signed.headers().firstValue("Content-Type")).contains("application/octet-stream");
        assertThat(OpensslCms.verify(directory, signed.body(), contents, pki.root())
                        .output())
                .contains("CAdES Verification successful");

        HttpResponse<String> refused = client.send(post(address, "{}"), BodyHandlers.ofString());
        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(refused.body())
                .startsWith("{\"error\":{\"code\":\"invalid_request\"")
                .contains(refused.headers().firstValue("X-Request-Id").orElseThrow());

        HttpRequest readiness = HttpRequest.newBuilder(address.resolve("/actuator/health/readiness"))
                .build();
        assertThat(client.send(readiness, BodyHandlers.ofString()).body()).isEqualTo("{\"status\":\"UP\"}");

        HttpResponse<String> get =
                client.send(HttpRequest.newBuilder(address).GET().build(), BodyHandlers.ofString());
        assertThat(get.statusCode()).isEqualTo(405);
        assertThat(get.headers().firstValue("Allow")).contains("POST");

        process.toHandle().destroy();
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(log).doesNotContain(token.pin());
    }

    @Test
    void aKeyThatIsNotThereKeepsItFromStarting() throws Exception {
        start("nothing");
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).isNotZero();
        assertThat(output)
                .contains("APPLICATION FAILED TO START", "signer.keys.contracts", "nothing", token.label())
                .doesNotContain(token.pin());
    }

    private static HttpRequest post(URI address, String body) {
        return HttpRequest.newBuilder(address)
                .timeout(Duration.ofSeconds(20))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body))
                .build();
    }
}
