package io.github.hsmsigner.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hsmsigner.pkcs11.softhsm.SoftHsm;
import io.github.hsmsigner.testing.LoopbackServer;
import io.github.hsmsigner.testing.OpenSslTimestampAuthority;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands of the page about the examples, run one after the other as they stand there. */
class ExamplesReadmeTest {

    private static final String JAR = "../signer-examples/target/signer-examples.jar";
    private static final Pattern COMMANDS = Pattern.compile(
            "^<!-- run: ExamplesReadmeTest -->\\n```sh\\n(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL);

    @TempDir
    private Path directory;

    @Test
    void theCommandsWork() throws IOException, InterruptedException {
        try (OpenSslTimestampAuthority timestamps = new OpenSslTimestampAuthority(directory.resolve("authority"))) {
            String commands = commands()
                    .replace(
                            "java -jar " + JAR,
                            "java -XX:TieredStopAtLevel=1 -cp \"$CLASS_PATH\" " + Main.class.getName())
                    .replace(JAR, "\"$CLASS_PATH\"")
                    .replace("http://timestamps.example/", timestamps.uri().toString())
                    .replace(" timestamps.pem", " ../authority/tsa.pem")
                    .replace("/usr/lib/softhsm/libsofthsm2.so", SoftHsm.module().toString())
                    .replaceAll("\\b7000\\b", Integer.toString(LoopbackServer.freePort()))
                    .replaceAll("\\b6000\\b", Integer.toString(LoopbackServer.freePort()));
            assertThat(commands).doesNotContain(JAR);
            String output = run(commands);
            assertThat(output)
                    .contains("Problems: none", "CMS Verification successful", "\nok ", "Verification: OK")
                    .contains("Signed by the key service: remote.p7s", "Again in ", "Signature is Valid.")
                    .contains("Signature 1 of 1: valid", "attested by the timestamp", "{\"certificates\":[");
        }
        assertThat(directory.resolve("try-examples/monday.p7s")).isNotEmptyFile();
        assertThat(directory.resolve("try-examples/saturday.p7s")).doesNotExist();
    }

    private static String commands() throws IOException {
        String page = Files.readString(Path.of("README.md"));
        return COMMANDS.matcher(page).results().map(match -> match.group(1)).collect(Collectors.joining("\n"));
    }

    private String run(String commands) throws IOException, InterruptedException {
        Path script = Files.writeString(directory.resolve("commands"), "set -m\n" + commands);
        Path output = directory.resolve("output");
        // Ends with the first command that fails; jobs are process groups as in a shell that somebody types into.
        ProcessBuilder builder = new ProcessBuilder("bash", "-eu", script.toString())
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        builder.environment().put("CLASS_PATH", absolute(System.getProperty("java.class.path")));
        Process process = builder.start();
        try {
            assertThat(process.waitFor(5, TimeUnit.MINUTES))
                    .as(() -> stateOf(process, output))
                    .isTrue();
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
        String text = Files.readString(output, StandardCharsets.UTF_8);
        assertThat(process.exitValue()).as(text).isZero();
        return text;
    }

    /** What the commands printed, and which processes have not ended. */
    private static String stateOf(Process process, Path output) {
        String running = process.descendants()
                .flatMap(child -> child.info().commandLine().stream())
                .map(line -> line.replace(System.getProperty("java.class.path"), "…"))
                .collect(Collectors.joining("\n"));
        try {
            return Files.readString(output, StandardCharsets.UTF_8) + "\nStill running:\n" + running;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The commands run in another directory than this process. */
    private static String absolute(String classPath) {
        return Pattern.compile(Pattern.quote(System.getProperty("path.separator")))
                .splitAsStream(classPath)
                .map(entry -> Path.of(entry).toAbsolutePath().toString())
                .collect(Collectors.joining(System.getProperty("path.separator")));
    }
}
