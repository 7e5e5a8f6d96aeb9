package io.github.hsmsigner.springboot;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hsmsigner.core.error.SigningException;
import io.github.hsmsigner.pdf.PdfSignatureOptions;
import io.github.hsmsigner.pdf.PdfSigner;
import io.github.hsmsigner.pkcs11.Await;
import io.github.hsmsigner.pkcs11.softhsm.SoftHsm;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.apache.pdfbox.Loader;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDPage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;

/** A whole application with Tomcat, Actuator and a SoftHSM token. */
@ExtendWith(OutputCaptureExtension.class)
class HealthTest {

    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final Duration IMPORT_PAUSE = Duration.ofSeconds(10);

    @TempDir
    private Path directory;

    private final HttpClient client = HttpClient.newHttpClient();
    private ConfigurableApplicationContext application;

    @EnableAutoConfiguration
    static class Application {}

    private HttpResponse<String> get(String path) {
        URI address =
                URI.create("http://localhost:" + application.getEnvironment().getProperty("local.server.port") + path);
        try {
            return client.send(HttpRequest.newBuilder(address).build(), BodyHandlers.ofString());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private void awaitReadiness(int status) {
        Await.until(
                LIMIT,
                "readiness " + status,
                () -> get("/actuator/health/readiness").statusCode() == status);
    }

    private boolean sign(Path document, Path signed) {
        try {
            application
                    .getBean(PdfSigner.class)
                    .sign(document, signed, PdfSignatureOptions.builder().build());
            return true;
        } catch (SigningException e) {
            return false;
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Imports again if SoftHSM read the files of the key while the other process wrote them, and so ignores them. */
    private static void importUntilSeen(SoftHsm.Token token, BooleanSupplier seen) {
        token.importKey(TestKey.EC, "contracts", "01");
        long[] next = {System.nanoTime() + IMPORT_PAUSE.toNanos()};
        Await.until(LIMIT, "a signature with the key that is back", () -> {
            if (System.nanoTime() - next[0] > 0) {
                token.tool("--delete-object", "--type", "privkey", "--id", "01");
                token.tool("--delete-object", "--type", "pubkey", "--id", "01");
                token.importKey(TestKey.EC, "contracts", "01");
                next[0] = System.nanoTime() + IMPORT_PAUSE.toNanos();
            }
            return seen.getAsBoolean();
        });
    }

    @Test
    void readinessShowsALostKeyAndItsReturn(CapturedOutput output) throws IOException {
        SoftHsm.Token token = SoftHsm.newToken();
        TestKey.onToken(token, TestKey.EC, "contracts", "01");
        Path document = directory.resolve("document.pdf");
        try (PDDocument pdf = new PDDocument()) {
            pdf.addPage(new PDPage());
            pdf.save(document.toFile());
        }
        // SoftHSM cannot be initialised before it can read its configuration.
        Path configuration = Path.of(System.getenv("SOFTHSM2_CONF"));
        Path aside = Files.move(configuration, directory.resolve("softhsm2.conf"));
        try {
            application = new SpringApplicationBuilder(Application.class)
                    .properties(
                            "server.port=0",
                            "signer.keys.contracts.uri=" + TestKey.uri(token, "contracts", directory),
                            "management.endpoint.health.probes.add-additional-paths=true",
                            "management.endpoint.health.show-details=always",
                            "management.endpoint.health.show-components=always")
                    .run();
            assertThat(get("/actuator/health/readiness").statusCode()).isEqualTo(503);
            assertThat(get("/readyz").statusCode()).isEqualTo(503);
            assertThat(get("/actuator/health/liveness").statusCode()).isEqualTo(200);
            assertThat(get("/actuator/health/signer/tokens/" + token.label()).body())
                    .contains("DOWN", "cannot be initialised");
        } finally {
            Files.copy(aside, configuration);
        }
        try {
            awaitReadiness(200);
            assertThat(get("/actuator/health/signer/keys/contracts").body())
                    .contains("UP", "certificateValidTo")
                    .doesNotContain("reason");
            Path signed = directory.resolve("signed.pdf");
            assertThat(sign(document, signed)).isTrue();
            try (PDDocument pdf = Loader.loadPDF(signed.toFile())) {
                assertThat(pdf.getSignatureDictionaries()).hasSize(1);
            }

            token.tool("--delete-object", "--type", "privkey", "--id", "01");
            Await.until(LIMIT, "no signature without the key", () -> !sign(document, signed));
            awaitReadiness(503);
            assertThat(get("/actuator/health/signer/keys/contracts").body())
                    .contains("DOWN", "reason", "key with label", token.label());
            assertThat(get("/actuator/health/readiness").body()).isEqualTo("{\"status\":\"DOWN\"}");

            token.tool("--delete-object", "--type", "pubkey", "--id", "01");
            importUntilSeen(token, () -> sign(document, signed));
            awaitReadiness(200);
        } finally {
            application.close();
        }
        assertThat(output).doesNotContain(token.pin());
    }
}
