package io.github.hsmsigner.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.testing.TestPki;
import io.github.hsmsigner.testing.Tmpfs;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is left of the log when the process is killed, or its disk is full: every signature that was handed out. */
@Timeout(120)
class AuditCrashTest {

    private static final int THREADS = 8;

    @TempDir
    private Path directory;

    private Path keyStore;
    private Path log;

    @BeforeEach
    void prepare() {
        TestPki pki = new TestPki();
        KeyPair key = TestPki.rsaKeyPair(2048);
        keyStore = pki.writePkcs12(
                directory.resolve("signer.p12"),
                SigningProgram.PASSWORD.toCharArray(),
                key,
                pki.certifySigner("Test Signer", key.getPublic()));
        log = directory.resolve("audit.jsonl");
    }

    private Process start(int threads, String before) throws IOException {
        List<String> java = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-XX:TieredStopAtLevel=1",
                "-XX:-UsePerfData",
                "-cp",
                System.getProperty("java.class.path"),
                SigningProgram.class.getName(),
                keyStore.toString(),
                log.toString(),
                Integer.toString(threads));
        List<String> command = new ArrayList<>(List.of("sh", "-c", before + " exec \"$0\" \"$@\""));
        command.addAll(java);
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectError(directory.resolve("stderr.txt").toFile());
        builder.environment().remove("JAVA_TOOL_OPTIONS");
        return builder.start();
    }

    private void assertHoldsAll(List<String> handedOut) throws IOException {
        AuditReport report = AuditEvents.verify(log, AuditAnchor.START);
        assertThat(report.finding()).isEmpty();
        Set<String> recorded = new HashSet<>();
        for (String line : AuditEvents.lines(AuditVerifier.series(log).toArray(Path[]::new))) {
            if (line.contains("\"outcome\":\"ok\"")) {
                recorded.add("signed " + field(line, "request_id") + " " + field(line, "digest"));
            }
        }
        assertThat(recorded).containsAll(handedOut);
    }

    private static String field(String line, String name) {
        return line.replaceFirst("^.*\"" + name + "\":\"([^\"]*)\".*$", "$1");
    }

    @Test
    void aProcessThatIsKilledUnderLoadHasRecordedWhatItHandedOut() throws Exception {
        List<String> handedOut = new ArrayList<>();
        for (int round = 1; round <= 2; round++) {
            Process process = start(THREADS, "");
            try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
                readUpTo(output, handedOut.size() + 200 * round, handedOut);
                // Not through the process itself, which would close its output with the last lines unread.
                process.toHandle().destroyForcibly();
                readUpTo(output, Integer.MAX_VALUE, handedOut);
            } finally {
                process.destroyForcibly();
            }
            assertThat(process.waitFor())
                    .as(Files.readString(directory.resolve("stderr.txt")))
                    .isEqualTo(128 + 9);
            assertThat(handedOut).hasSizeGreaterThanOrEqualTo(200 * round).allMatch(line -> line.startsWith("signed "));
            // As the next start does: an unfinished line is set aside.
            AuditFile.open(AuditFileSettings.of(log)).close();
            assertHoldsAll(handedOut);
        }
    }

    private static void readUpTo(BufferedReader output, int lines, List<String> into) throws IOException {
        while (into.size() < lines) {
            String line = output.readLine();
            if (line == null) {
                return;
            }
            into.add(line);
        }
    }

    @Test
    void whenTheFileMayNotGrowNothingIsHandedOutAndNoHalfLineStays() throws Exception {
        // Blocks of 512 bytes; less than the size at which the program rotates.
        Process process = start(THREADS, "ulimit -f 100;");
        List<String> output = new ArrayList<>();
        try (BufferedReader reader = process.inputReader(StandardCharsets.UTF_8)) {
            readUpTo(reader, Integer.MAX_VALUE, output);
        } finally {
            process.destroyForcibly();
        }
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        List<String> refused =
                output.stream().filter(line -> line.startsWith("refused ")).toList();
        assertThat(refused)
                .as(Files.readString(directory.resolve("stderr.txt")))
                .hasSize(THREADS);
        assertThat(refused).allMatch(line -> line.contains("File too large"));
        output.removeAll(refused);
        assertThat(output).hasSizeGreaterThan(20);
        assertHoldsAll(output);
    }

    @Test
    void aFullDiskRefusesAndAFreedOneRecovers() throws IOException {
        try (Tmpfs tmpfs = Tmpfs.at(directory.resolve("disk"), "size=256k")) {
            Path disk = tmpfs.directory();
            Path file = disk.resolve("audit.jsonl");
            Path ballast = Files.write(disk.resolve("ballast"), new byte[128 * 1024]);
            try (AuditFile audit = AuditFile.open(AuditFileSettings.of(file))) {
                int recorded = recordUntilRefused(audit);
                assertThat(AuditEvents.verify(file, AuditAnchor.START).finding())
                        .isEmpty();
                assertThat(AuditEvents.lines(file)).hasSize(recorded);
                assertThatThrownBy(() -> AuditEvents.record(audit, 1, 1))
                        .isInstanceOf(AuditException.class)
                        .hasMessageContaining("No space left");
                Files.delete(ballast);
                AuditEvents.record(audit, 1, 10);
                assertThat(AuditEvents.verify(file, AuditAnchor.START).finding())
                        .isEmpty();
                // With the line that tells of the outage.
                assertThat(AuditEvents.lines(file)).hasSize(recorded + 11);
            }
        }
    }

    private static int recordUntilRefused(AuditFile audit) {
        for (int recorded = 0; recorded < 10_000; recorded++) {
            try {
                audit.record(AuditEvents.signature("request"));
            } catch (AuditException e) {
                return recorded;
            }
        }
        throw new AssertionError("The disk never became full");
    }

    @Test
    void anotherProcessCannotWriteToTheSameFile() throws Exception {
        Process process = start(1, "");
        try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
            assertThat(output.readLine()).startsWith("signed ");
            assertThatThrownBy(() -> AuditFile.open(AuditFileSettings.of(log)))
                    .isInstanceOf(InvalidConfigurationException.class)
                    .hasMessageContaining("is in use: another service holds " + log + ".lock");
        } finally {
            process.destroyForcibly();
        }
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        AuditFile.open(AuditFileSettings.of(log)).close();
    }
}
