package io.github.hsmsigner.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.pdfbox.Loader;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.text.PDFTextStripper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MainTest {

    private static final String LINE = "Document Engine stand-in listening on http://localhost:";

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int run(String... args) {
        return new Main(Map.of(), printer(out), printer(err)).run(List.of(args));
    }

    private static PrintStream printer(ByteArrayOutputStream bytes) {
        return new PrintStream(bytes, true, StandardCharsets.UTF_8);
    }

    @Test
    void helpIsPrintedOnRequest() {
        assertThat(run("--help")).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8)).contains("document-engine", "SIGNING_SERVICE_URL");
        assertThat(err.size()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "unknown", "document-engine more", "sample-document"})
    void anythingElseIsAnsweredWithTheUsage(String arguments) {
        assertThat(run(arguments.split(" "))).isEqualTo(2);
        assertThat(err.toString(StandardCharsets.UTF_8)).startsWith("Usage: ");
        assertThat(out.size()).isZero();
    }

    @Test
    void aMissingVariableIsNamed() {
        assertThat(run("document-engine")).isEqualTo(2);
        assertThat(err.toString(StandardCharsets.UTF_8)).startsWith("SIGNING_SERVICE_URL is not set");
    }

    @Test
    void theSampleDocumentIsAPdfWithAWordToChange(@TempDir Path directory) throws IOException {
        Path file = directory.resolve("document.pdf");
        assertThat(run("sample-document", file.toString())).isZero();
        assertThat(Files.readString(file, StandardCharsets.ISO_8859_1)).contains("(Agreement)");
        try (PDDocument document = Loader.loadPDF(file.toFile())) {
            assertThat(new PDFTextStripper().getText(document)).contains("Agreement", "to be signed");
        }
    }

    @Test
    void theSampleDocumentReplacesNoFile(@TempDir Path directory) throws IOException {
        Path file = Files.writeString(directory.resolve("document.pdf"), "precious");
        assertThat(run("sample-document", file.toString())).isEqualTo(1);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("exists already");
        assertThat(file).hasContent("precious");
        assertThat(run("sample-document", directory.resolve("none/document.pdf").toString()))
                .isEqualTo(1);
    }

    @Test
    void theStandInRunsAsAProgramAndSaysWhereItListens() throws IOException, InterruptedException {
        ProcessBuilder program = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                Main.class.getName(),
                "document-engine");
        program.environment().putAll(Map.of("SIGNING_SERVICE_URL", "http://localhost:1/sign", "PORT", "0"));
        Process process = program.redirectError(ProcessBuilder.Redirect.DISCARD).start();
        try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
            String line = output.readLine();
            assertThat(line).matches(LINE + "\\d+");
            URI document = URI.create(line.substring(line.indexOf("http")) + "/api/documents/none/pdf");
            HttpRequest request = HttpRequest.newBuilder(document)
                    .header("Authorization", "Token token=\"secret\"")
                    .build();
            assertThat(HttpClient.newHttpClient()
                            .send(request, BodyHandlers.ofString())
                            .statusCode())
                    .isEqualTo(404);
            // Unlike the process's own method, this one leaves its output to be read to the end.
            process.toHandle().destroy();
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(output.readLine()).isNull();
        } finally {
            process.destroyForcibly();
        }
    }
}
