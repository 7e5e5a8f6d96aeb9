package io.github.hsmsigner.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hsmsigner.audit.AuditReport.Kind;
import io.github.hsmsigner.core.UndeliveredResponse;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.testing.CapturedLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuditFileTest {

    @TempDir
    private Path directory;

    private Path file() {
        return directory.resolve("audit.jsonl");
    }

    private AuditFile open() {
        return AuditFile.open(AuditFileSettings.of(file()), Clock.fixed(AuditEvents.NOW, ZoneOffset.UTC));
    }

    private AuditReport assertIntact(int lines) {
        AuditReport report = AuditEvents.verify(file(), AuditAnchor.START);
        assertThat(report.finding()).isEmpty();
        assertThat(report.lines()).isEqualTo(lines);
        return report;
    }

    private List<String> numbers(List<String> lines) {
        return lines.stream()
                .map(line -> line.replaceFirst("^\\{\"seq\":([0-9]+),.*$", "$1"))
                .toList();
    }

    @Test
    void aLineIsInTheFileWhenRecordReturns() {
        try (AuditFile audit = open()) {
            audit.record(AuditEvents.signature("request-1"));
            assertThat(AuditEvents.lines(file())).singleElement().asString().contains("\"request_id\":\"request-1\"");
            audit.record(AuditEvents.refusal("request-2"));
            assertThat(AuditEvents.lines(file())).hasSize(2);
            assertThat(audit.status())
                    .isEqualTo(new AuditFile.Status(assertIntact(2).last(), 2, 2, 0, 0, false, Optional.empty()));
        }
    }

    @Test
    void theChainGoesOnAfterARestart() {
        for (int i = 0; i < 3; i++) {
            try (AuditFile audit = open()) {
                AuditEvents.record(audit, 1, 4);
            }
        }
        assertIntact(12);
    }

    @Test
    void allFilesAreForTheirOwnerOnly() throws IOException {
        try (AuditFile audit = open()) {
            AuditEvents.record(audit, 1, 1);
            assertThat(audit.rotate()).isPresent();
        }
        try (var files = Files.list(directory)) {
            assertThat(files.toList())
                    .hasSize(4)
                    .allSatisfy(path -> assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                            .isEqualTo("rw-------"));
        }
    }

    @Test
    void aFileThatOthersMayReadIsRemarkedUpon() throws IOException {
        Files.createFile(file(), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-r--r--")));
        try (CapturedLog log = new CapturedLog()) {
            open().close();
            assertThat(log.text()).contains("WARN").contains("mode 600 is recommended");
        }
    }

    @Test
    void sixteenThreadsShareWrites() throws Exception {
        int threads = 16;
        int each = 200;
        try (AuditFile audit = open()) {
            together(threads, thread -> {
                for (int i = 0; i < each; i++) {
                    audit.record(AuditEvents.signature("thread-" + thread + "-" + i));
                }
            });
            assertThat(audit.status().lines()).isEqualTo(threads * each);
            assertThat(audit.status().syncs()).isLessThan(threads * each / 2);
        }
        assertIntact(threads * each);
        assertAllThere(threads, each);
    }

    private void assertAllThere(int threads, int each) throws IOException {
        String all =
                String.join("\n", AuditEvents.lines(AuditVerifier.series(file()).toArray(Path[]::new)));
        for (int thread = 0; thread < threads; thread++) {
            for (int i = 0; i < each; i++) {
                assertThat(all.contains("\"request_id\":\"thread-" + thread + "-" + i + "\""))
                        .isTrue();
            }
        }
    }

    private interface Work {
        void run(int thread) throws Exception;
    }

    private static void together(int threads, Work work) throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            List<Callable<Void>> calls = IntStream.range(0, threads)
                    .<Callable<Void>>mapToObj(thread -> () -> {
                        work.run(thread);
                        return null;
                    })
                    .toList();
            for (Future<Void> result : pool.invokeAll(calls)) {
                result.get();
            }
        } finally {
            pool.shutdownNow();
        }
    }

    @Test
    void rotatesBySizeUnderLoad() throws Exception {
        int threads = 8;
        int each = 200;
        try (AuditFile audit = AuditFile.open(TestAuditSettings.rotatingAt(file(), 65_536))) {
            together(threads, thread -> {
                for (int i = 0; i < each; i++) {
                    audit.record(AuditEvents.signature("thread-" + thread + "-" + i));
                }
            });
        }
        List<Path> series = AuditVerifier.series(file());
        assertThat(series).hasSizeGreaterThan(5).endsWith(file());
        assertThat(series.subList(0, series.size() - 1)).isSorted();
        assertIntact(threads * each);
        assertAllThere(threads, each);
    }

    @Test
    void rotatesOnRequestUnderLoad() throws Exception {
        int rotations = 20;
        List<Path> rotated = new ArrayList<>();
        try (AuditFile audit = open()) {
            AtomicBoolean done = new AtomicBoolean();
            together(5, thread -> {
                if (thread == 0) {
                    try {
                        while (rotated.size() < rotations) {
                            awaitLines();
                            audit.rotate().ifPresent(rotated::add);
                        }
                    } finally {
                        done.set(true);
                    }
                } else {
                    for (int i = 0; !done.get(); i++) {
                        audit.record(AuditEvents.signature("thread-" + thread + "-" + i));
                    }
                }
            });
            assertIntact((int) audit.status().lines());
        }
        assertThat(rotated).hasSize(rotations).isSorted();
        assertThat(AuditVerifier.series(file())).startsWith(rotated.toArray(Path[]::new));
    }

    @Test
    void aFileWithoutLinesIsNotRotated() {
        try (AuditFile audit = open()) {
            assertThat(audit.rotate()).isEmpty();
        }
    }

    @Test
    void aRotatedFileIsCalledByItsFirstLine() {
        try (AuditFile audit = open()) {
            AuditEvents.record(audit, 1, 3);
            assertThat(audit.rotate()).contains(directory.resolve("audit.jsonl.000000000000001"));
            AuditEvents.record(audit, 4, 5);
        }
        try (AuditFile audit = open()) {
            assertThat(audit.rotate()).contains(directory.resolve("audit.jsonl.000000000000004"));
            AuditEvents.record(audit, 6, 6);
        }
        assertIntact(6);
    }

    @Test
    void aRotationThatCannotBeDoneDoesNotKeepLinesFromBeingWritten() throws IOException {
        Path inTheWay = Files.writeString(directory.resolve("audit.jsonl.000000000000001"), "evidence");
        try (AuditFile audit = AuditFile.open(TestAuditSettings.rotatingAt(file(), 65_536))) {
            AuditEvents.record(audit, 1, 200);
            assertThatThrownBy(audit::rotate)
                    .isInstanceOf(AuditException.class)
                    .hasMessageContaining(inTheWay.toString());
        }
        assertThat(inTheWay).hasContent("evidence");
        assertThat(AuditEvents.lines(file())).hasSize(200);
    }

    @Test
    void aRenamingFromOutsideUnderLoadIsARotation() throws Exception {
        int moves = 10;
        List<Path> files = new ArrayList<>();
        try (AuditFile audit = open()) {
            AtomicBoolean done = new AtomicBoolean();
            together(5, thread -> {
                if (thread == 0) {
                    try {
                        for (int move = 1; move <= moves; move++) {
                            awaitLines();
                            files.add(Files.move(file(), directory.resolve("audit.jsonl-" + move)));
                        }
                    } finally {
                        done.set(true);
                    }
                } else {
                    for (int i = 0; !done.get(); i++) {
                        audit.record(AuditEvents.signature("thread-" + thread + "-" + i));
                    }
                }
            });
            AuditEvents.record(audit, 1, 1);
            files.add(file());
            AuditReport report = AuditVerifier.verify(files, AuditAnchor.START);
            assertThat(report.finding()).isEmpty();
            assertThat(report.lines()).isEqualTo(audit.status().lines());
            assertThat(report.files()).hasSize(moves + 1);
        }
    }

    private void awaitLines() throws IOException {
        long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (!Files.exists(file()) || Files.size(file()) == 0) {
            assertThat(System.nanoTime()).as("no line came").isLessThan(deadline);
            LockSupport.parkNanos(1_000_000);
        }
    }

    @Test
    void anEmptyFileInItsPlaceIsUsed() throws IOException {
        Path elsewhere = Files.createDirectory(directory.resolve("old")).resolve("audit.jsonl");
        try (AuditFile audit = open()) {
            AuditEvents.record(audit, 1, 3);
            Files.move(file(), elsewhere);
            Files.createFile(file());
            AuditEvents.record(audit, 4, 5);
        }
        assertThat(numbers(AuditEvents.lines(elsewhere, file()))).containsExactly("1", "2", "3", "4", "5");
        assertThat(AuditVerifier.verify(List.of(elsewhere, file()), AuditAnchor.START)
                        .intact())
                .isTrue();
    }

    @Test
    void aLineThatNoRequestWaitsForIsNoRefusedRequest() throws IOException {
        Path elsewhere = Files.createDirectory(directory.resolve("old")).resolve("audit.jsonl");
        try (AuditFile audit = open();
                CapturedLog log = new CapturedLog()) {
            AuditEvents.record(audit, 1, 1);
            Files.move(file(), elsewhere);
            audit.responseUndelivered(
                    new UndeliveredResponse(AuditEvents.NOW, "request-1", Optional.empty(), Optional.empty(), true));
            assertThatThrownBy(() -> AuditEvents.record(audit, 2, 2)).isInstanceOf(AuditException.class);
            Files.move(elsewhere, file());
            AuditEvents.record(audit, 3, 3);
            assertThat(log.text()).contains("lacks the undelivered response of request request-1: it is not there");
        }
        assertThat(Files.readString(file())).contains("\"not_recorded\":1,");
    }

    @Test
    void whileTheFileIsGoneNothingIsRecorded() throws IOException {
        Path elsewhere = Files.createDirectory(directory.resolve("old")).resolve("audit.jsonl");
        try (AuditFile audit = open();
                CapturedLog log = new CapturedLog()) {
            AuditEvents.record(audit, 1, 3);
            Files.move(file(), elsewhere);
            for (int i = 0; i < 3; i++) {
                assertThatThrownBy(() -> AuditEvents.record(audit, 4, 4))
                        .isInstanceOf(AuditException.class)
                        .hasMessageContaining(file().toString())
                        .hasMessageContaining("is not there any more");
            }
            assertThat(audit.status().trouble())
                    .hasValueSatisfying(t -> assertThat(t).contains("not there"));
            assertThat(log.lines()).filteredOn(line -> line.startsWith("ERROR")).hasSize(1);
            Files.move(elsewhere, file());
            AuditEvents.record(audit, 4, 4);
            assertThat(audit.status().trouble()).isEmpty();
            assertThat(audit.status().notRecorded()).isEqualTo(3);
        }
        assertIntact(5);
        assertThat(AuditEvents.lines(file()).get(3))
                .contains("\"event\":\"outage_ended\",\"since\":\"2026-01-02T03:04:05.678901Z\",\"not_recorded\":3");
    }

    @Test
    void reopeningBeginsANewFileForOneThatIsGone() throws IOException {
        try (AuditFile audit = open()) {
            AuditEvents.record(audit, 1, 3);
            Files.delete(file());
            audit.reopen();
            AuditEvents.record(audit, 4, 4);
        }
        assertThat(numbers(AuditEvents.lines(file()))).containsExactly("4");
    }

    @Test
    void aFileThatSomebodyElseCutShortIsAnErrorUntilItIsMovedAway() throws IOException {
        try (AuditFile audit = open()) {
            AuditEvents.record(audit, 1, 3);
            Files.write(file(), new byte[0], StandardOpenOption.TRUNCATE_EXISTING);
            assertThatThrownBy(() -> AuditEvents.record(audit, 4, 4))
                    .hasMessageContaining("another process changed it");
            audit.reopen();
            AuditEvents.record(audit, 4, 4);
        }
        assertThat(numbers(AuditEvents.lines(file()))).containsExactly("4", "5");
    }

    @Test
    void aFileThatSomebodyElseWroteToIsAnErrorUntilItIsMovedAway() throws IOException {
        Path evidence = directory.resolve("evidence");
        try (AuditFile audit = open()) {
            AuditEvents.record(audit, 1, 3);
            Files.writeString(file(), "mallory\n", StandardOpenOption.APPEND);
            assertThatThrownBy(() -> AuditEvents.record(audit, 4, 4))
                    .hasMessageContaining("another process changed it");
            Files.move(file(), evidence);
            AuditEvents.record(audit, 4, 4);
        }
        assertThat(AuditEvents.lines(evidence)).endsWith("mallory");
        assertThat(numbers(AuditEvents.lines(file()))).containsExactly("4", "5");
    }

    @Test
    void aCopyOfTheFileInItsPlaceIsUsedIfItEndsAlike() throws IOException {
        Path copy = directory.resolve("copy");
        try (AuditFile audit = open()) {
            AuditEvents.record(audit, 1, 3);
            Files.copy(file(), copy);
            AuditEvents.record(audit, 4, 4);
            Path original = Files.move(file(), directory.resolve("original"));
            Files.copy(copy, file());
            assertThatThrownBy(() -> AuditEvents.record(audit, 5, 5)).hasMessageContaining("does not end with line 4");
            Files.delete(file());
            Files.copy(original, file());
            Files.delete(original);
            AuditEvents.record(audit, 5, 5);
        }
        assertIntact(6);
    }

    @Test
    void anInterruptedRequestIsRecordedAndHarmsNobody() {
        try (AuditFile audit = open()) {
            AuditEvents.record(audit, 1, 1);
            Thread.currentThread().interrupt();
            AuditEvents.record(audit, 2, 2);
            assertThat(Thread.interrupted()).isTrue();
            AuditEvents.record(audit, 3, 3);
        }
        assertIntact(3);
    }

    @Test
    void anInterruptDuringARotationClosesNothingForOthers() {
        try (AuditFile audit = open()) {
            AuditEvents.record(audit, 1, 1);
            Thread.currentThread().interrupt();
            try {
                audit.rotate();
            } catch (AuditException e) {
                assertThat(e).hasMessageContaining("rotated");
            } finally {
                Thread.interrupted();
            }
            AuditEvents.record(audit, 2, 3);
        }
        assertThat(AuditEvents.verify(file(), AuditAnchor.START).finding()).isEmpty();
    }

    @Test
    void aLineThatIsTooLongIsRefusedAndLeavesNoTrace() {
        try (AuditFile audit = open()) {
            assertThatThrownBy(() -> audit.record(AuditEvents.signature("r", "x".repeat(70_000))))
                    .isInstanceOf(AuditException.class)
                    .hasMessageContaining("too long");
            audit.record(AuditEvents.signature("r", "x".repeat(64_000)));
        }
        assertIntact(1);
    }

    @Test
    void nothingIsRecordedAfterTheEnd() {
        AuditFile audit = open();
        audit.close();
        audit.close();
        assertThatThrownBy(() -> AuditEvents.record(audit, 1, 1)).hasMessageContaining("is closed");
        assertThatThrownBy(audit::rotate).hasMessageContaining("is closed");
        assertThatThrownBy(audit::reopen).hasMessageContaining("is closed");
    }

    @Test
    void anUnfinishedLineIsSetAsideAtTheStart() throws IOException {
        AuditEvents.log(file(), 3);
        String torn = "{\"seq\":4,\"time\":\"2026-\0\0\0";
        Files.writeString(file(), torn, StandardOpenOption.APPEND);
        assertThat(AuditEvents.verify(file()).finding())
                .hasValueSatisfying(finding -> assertThat(finding.kind()).isEqualTo(Kind.UNFINISHED));
        try (CapturedLog log = new CapturedLog();
                AuditFile audit = open()) {
            assertThat(log.text()).contains("WARN").contains("unfinished line of " + torn.length() + " bytes");
            AuditEvents.record(audit, 4, 4);
        }
        assertIntact(5);
        assertThat(directory.resolve("audit.jsonl.torn-000000000000004")).hasContent(torn);
        assertThat(AuditEvents.lines(file()).get(3))
                .contains("\"event\":\"torn_line_removed\",\"octets\":25,\"sha256\":\"")
                .contains("\"kept_as\":\"audit.jsonl.torn-000000000000004\"");
    }

    @Test
    void anUnfinishedFirstLineIsSetAsideToo() throws IOException {
        String torn = "x".repeat(200_000);
        Files.writeString(file(), torn);
        Files.writeString(directory.resolve("audit.jsonl.torn-000000000000001"), "of an earlier start");
        open().close();
        assertIntact(1);
        assertThat(directory.resolve("audit.jsonl.torn-000000000000001-2")).hasContent(torn);
    }

    @Test
    void afterLinesWereCutOffTheGapShows() throws IOException {
        AuditEvents.log(file(), 5);
        Files.write(file(), AuditEvents.lines(file()).subList(0, 3));
        try (CapturedLog log = new CapturedLog();
                AuditFile audit = open()) {
            assertThat(log.text()).contains("ERROR").contains("lines were removed or changed");
            AuditEvents.record(audit, 6, 6);
        }
        assertThat(AuditEvents.verify(file()).finding()).hasValueSatisfying(finding -> {
            assertThat(finding.kind()).isEqualTo(Kind.LINES_MISSING);
            assertThat(finding.reason()).contains("line 6 where line 4 was expected");
        });
    }

    @Test
    void theChainGoesOnWhenTheFileWasMovedAwayBetweenTwoStarts() throws IOException {
        Path moved = directory.resolve("audit.jsonl-20260102");
        AuditEvents.log(file(), 3);
        Files.move(file(), moved);
        AuditEvents.log(file(), 3);
        assertThat(AuditVerifier.verify(List.of(file(), moved), AuditAnchor.START)
                        .lines())
                .isEqualTo(6);
    }

    @Test
    void theChainGoesOnFromARotatedFileWhenTheHeadIsLost() throws IOException {
        try (AuditFile audit = open()) {
            AuditEvents.record(audit, 1, 3);
            audit.rotate();
        }
        Files.writeString(directory.resolve("audit.jsonl.head"), "damaged");
        AuditEvents.log(file(), 2);
        assertIntact(5);
    }

    @Test
    void aDamagedLastLineEndsTheStart() throws IOException {
        AuditEvents.log(file(), 3);
        byte[] octets = Files.readAllBytes(file());
        octets[octets.length - 2] ^= 1;
        Files.write(file(), octets);
        assertThatThrownBy(this::open)
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("damaged")
                .hasMessageContaining("move the file away");
        assertThat(file()).hasBinaryContent(octets);
    }

    @Test
    void whatIsNoFileForALogIsRefused() throws IOException {
        Path target = Files.createFile(directory.resolve("target"));
        Files.createSymbolicLink(file(), target);
        assertRefused(file(), "no regular file");
        assertRefused(directory, "no regular file");
        assertRefused(directory.resolve("absent/audit.jsonl"), "does not exist");
    }

    private static void assertRefused(Path file, String reason) {
        assertThatThrownBy(() -> AuditFile.open(AuditFileSettings.of(file)))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining(reason);
    }

    @Test
    void oneFileHasOneWriter() {
        try (AuditFile audit = open()) {
            assertThatThrownBy(this::open)
                    .isInstanceOf(InvalidConfigurationException.class)
                    .hasMessageContaining("is in use");
            AuditEvents.record(audit, 1, 1);
        }
        open().close();
    }

    @Test
    void settingsThatMakeNoSenseAreRefused() {
        assertThatThrownBy(() -> TestAuditSettings.rotatingAt(file(), 65_535)).hasMessageContaining("at least 65536");
        assertThatThrownBy(() -> TestAuditSettings.rotatingAt(file(), -1)).hasMessageContaining("at least 65536");
        assertThat(TestAuditSettings.rotatingAt(file(), 0).rotateAtBytes()).isZero();
    }
}
