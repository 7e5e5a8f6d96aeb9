package io.github.hsmsigner.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hsmsigner.core.Deadline;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** No error ends the writer, as every later request would wait for it until its time is over. */
class AuditWriterTest {

    @TempDir
    private Path directory;

    /** How often the clock still fails. */
    private final AtomicInteger errors = new AtomicInteger();

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
            if (errors.getAndDecrement() > 0) {
                throw new StackOverflowError("of the clock");
            }
            return AuditEvents.NOW;
        }
    };

    @Test
    void anErrorWhileAnOutageIsNotedDoesNotEndTheWriter() throws IOException {
        Path file = directory.resolve("audit.jsonl");
        Path away = directory.resolve("away");
        try (AuditFile audit = AuditFile.open(TestAuditSettings.withTimeLimit(file, Duration.ofSeconds(2)), clock)) {
            audit.record(AuditEvents.signature("request-1"));
            Files.createDirectory(away);
            Files.move(file, away.resolve("audit.jsonl"));
            errors.set(1);
            assertThatThrownBy(() -> audit.record(AuditEvents.signature("request-2")))
                    .isInstanceOf(AuditException.class)
                    .hasMessageContaining("cannot be written");
            // The request may fail before the writer asks the clock.
            Deadline latest = Deadline.after(Duration.ofSeconds(30));
            while (errors.get() > 0 && !latest.hasPassed()) {
                LockSupport.parkNanos(1_000_000);
            }
            assertThat(errors.get()).isLessThanOrEqualTo(0);

            Files.move(away.resolve("audit.jsonl"), file);
            audit.record(AuditEvents.signature("request-3"));
            assertThat(AuditEvents.lines(file).get(1)).contains("request-3");
        }
    }
}
