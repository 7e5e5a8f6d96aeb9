package io.github.hsmsigner.audit;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hsmsigner.core.AuditEvent;
import io.github.hsmsigner.core.SigningAction;
import io.github.hsmsigner.core.error.ErrorCode;
import io.github.hsmsigner.testing.CapturedLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What strangers send fills no disk, and nothing else is left out of the log for that. */
class UnknownCallerLimiterTest {

    private static final AuditEvent DENIED =
            AuditEvents.failure("x".repeat(200), SigningAction.CONTAINER, List.of(), ErrorCode.DENIED);

    @TempDir
    private Path directory;

    private final AtomicReference<Instant> now = new AtomicReference<>(AuditEvents.NOW);

    private final Clock clock = new Clock() {
        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return now.get();
        }
    };

    private Path file() {
        return directory.resolve("audit.jsonl");
    }

    private AuditFile open(long reserve) {
        return AuditFile.open(TestAuditSettings.withReserve(file(), reserve), clock);
    }

    private static void record(AuditFile audit, AuditEvent event, int times) {
        for (int i = 0; i < times; i++) {
            audit.record(event);
        }
    }

    private void assertIntact(int lines) {
        AuditReport report = AuditEvents.verify(file(), AuditAnchor.START);
        assertThat(report.finding()).isEmpty();
        assertThat(report.lines()).isEqualTo(lines);
    }

    @Test
    void aFloodOfDenialsHasTenLinesASecondAndOneSummary() throws IOException {
        try (AuditFile audit = open(0)) {
            record(audit, DENIED, 50_000);
            assertThat(AuditEvents.lines(file())).hasSize(10);
            assertThat(Files.size(file())).isLessThan(8_000);

            now.set(AuditEvents.NOW.plusSeconds(1));
            record(audit, DENIED, 100);
            assertThat(AuditEvents.lines(file())).hasSize(20);

            now.set(AuditEvents.NOW.plusSeconds(60));
            await(() -> AuditEvents.lines(file()).size() == 21);
            assertThat(AuditEvents.lines(file()).get(20))
                    .contains("\"event\":\"unknown_callers_summary\",\"since\":\"2026-01-02T03:04:05.678901Z\","
                            + "\"denied\":50080,\"certificates\":0,");
            assertThat(audit.status().summarized()).isEqualTo(50_080);
            assertThat(audit.status().notRecorded()).isZero();
        }
        assertIntact(21);
    }

    @Test
    void theSummaryIsWrittenAtTheClose() {
        try (AuditFile audit = open(0)) {
            record(audit, AuditEvents.refusal("request"), 15);
        }
        assertThat(AuditEvents.lines(file()))
                .hasSize(11)
                .last()
                .asString()
                .contains("\"denied\":0,\"certificates\":5,");
        assertIntact(11);
    }

    @ParameterizedTest
    @CsvSource({
        "CONTAINER, accounting, DENIED",
        "RAW_SIGNATURE, accounting, RATE_LIMITED",
        "CERTIFICATES, accounting, NO_SUCH_KEY",
        "CONTAINER, , UNAVAILABLE",
        "RAW_SIGNATURE, , INTERNAL"
    })
    void knownCallersAndFailedSignaturesHaveAlwaysALine(SigningAction action, String caller, ErrorCode error) {
        List<String> callers = caller == null ? List.of() : List.of(caller);
        try (AuditFile audit = open(0)) {
            record(audit, AuditEvents.failure("request", action, callers, error), 30);
            record(audit, AuditEvents.signature("request"), 30);
        }
        assertIntact(60);
    }

    @Test
    void identifiersOfUnknownCallersAreShortened() {
        String id = "i".repeat(200);
        try (AuditFile audit = open(0)) {
            audit.record(DENIED);
            audit.record(AuditEvents.refusal("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"));
            audit.record(AuditEvents.signature(id));
        }
        List<String> lines = AuditEvents.lines(file());
        assertThat(lines.get(0)).contains("\"request_id\":\"" + "x".repeat(64) + "...\"");
        assertThat(lines.get(1)).contains("\"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\"");
        assertThat(lines.get(2)).contains("\"request_id\":\"" + id + "\"");
    }

    @Test
    void belowTheReserveOnlySignaturesHaveLines() {
        try (CapturedLog log = new CapturedLog();
                AuditFile audit = open(Long.MAX_VALUE)) {
            record(audit, DENIED, 5);
            audit.record(AuditEvents.signature("request"));
            audit.record(AuditEvents.failure("request", SigningAction.CONTAINER, List.of("a"), ErrorCode.DENIED));
            assertThat(AuditEvents.lines(file())).hasSize(2);
            assertThat(audit.status().diskLow()).isTrue();
            assertThat(audit.status().summarized()).isEqualTo(5);
            assertThat(log.text()).contains("bytes free, fewer than the reserve");
        }
        assertIntact(3);
        assertThat(AuditEvents.lines(file())).last().asString().contains("\"denied\":5,");
    }

    @Test
    void withSpaceThereIsNoWarning() {
        try (CapturedLog log = new CapturedLog();
                AuditFile audit = open(1)) {
            record(audit, DENIED, 5);
            assertThat(audit.status().diskLow()).isFalse();
            assertThat(log.text()).isEmpty();
        }
        assertIntact(5);
    }

    private static void await(BooleanSupplier condition) {
        long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).isLessThan(end);
            LockSupport.parkNanos(1_000_000);
        }
    }
}
