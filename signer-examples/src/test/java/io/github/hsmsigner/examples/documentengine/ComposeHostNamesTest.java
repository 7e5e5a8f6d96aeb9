package io.github.hsmsigner.examples.documentengine;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hsmsigner.examples.Main;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Host names that Docker Compose makes and the JDK's {@code URI} refuses. The vendor's README has
 * {@code http://signing_service:6000/sign}. A file of host names makes them resolve, so the stand-in runs in a process of its own.
 */
class ComposeHostNamesTest {

    @Test
    void theSigningServiceAndTheTimestampAuthorityAreReached(@TempDir Path directory) throws IOException {
        Path hosts = Files.writeString(directory.resolve("hosts"), "127.0.0.1 localhost signing_service time-\n");
        try (LongTermChain chain = new LongTermChain(directory)) {
            ProcessBuilder program = new ProcessBuilder(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-XX:TieredStopAtLevel=1",
                    "-Djdk.net.hosts.file=" + hosts,
                    "-cp",
                    System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                    Main.class.getName(),
                    "document-engine");
            program.environment()
                    .putAll(Map.of(
                            "PORT",
                            "0",
                            "SIGNING_SERVICE_URL",
                            "HTTP://signing_service:" + chain.serviceAddress().getPort() + "/sign",
                            "TIMESTAMP_AUTHORITY_URL",
                            "http://time-:" + chain.timestampAuthority.uri().getPort() + "/tsa",
                            "DIGITAL_SIGNATURE_CADES_LEVEL",
                            "b-t"));
            Process process =
                    program.redirectError(ProcessBuilder.Redirect.DISCARD).start();
            try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
                Application application =
                        new Application(Integer.parseInt(output.readLine().replaceFirst(".*:", "")));
                String id = application.upload(SamplePdf.plain()).documentId();
                Application.Answer answer =
                        application.sign(id, "{\"signatureContainer\":\"raw\",\"signatureType\":\"cades\"}");
                assertThat(answer.status()).as(answer.text()).isEqualTo(200);
                assertThat(answer.levelReason()).isEmpty();
                assertThat(answer.level()).isEqualTo("b-t");
            } finally {
                process.destroyForcibly().onExit().join();
            }
        }
    }
}
