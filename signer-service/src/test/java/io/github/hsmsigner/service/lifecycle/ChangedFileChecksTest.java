package io.github.hsmsigner.service.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.testing.CapturedLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An error in one check ends neither that check for the other files nor the checks that follow, and health shows it. */
class ChangedFileChecksTest {

    private static final Instant START = Instant.parse("2026-11-30T04:00:00Z");

    @TempDir
    private Path directory;

    private final AtomicReference<Instant> now = new AtomicReference<>(START);
    private final AtomicInteger reloads = new AtomicInteger();
    private ChangedFileReloader files;

    @BeforeEach
    void prepare() {
        Clock clock = new Clock() {
            @Override
            public ZoneOffset getZone() {
                return ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(java.time.ZoneId zone) {
                return this;
            }

            @Override
            public Instant instant() {
                return now.get();
            }
        };
        files = new ChangedFileReloader(clock, Duration.ofMillis(5));
    }

    @AfterEach
    void close() {
        files.close();
    }

    private void watch(String name, Path file, Supplier<String> reload) {
        files.watch(name, () -> List.of(file), reload, reloaded -> {});
    }

    @Test
    void anErrorInOneCheckLeavesTheOthersAndThoseThatFollow() throws IOException {
        Path bad = Files.writeString(directory.resolve("bad"), "1");
        Path good = Files.writeString(directory.resolve("good"), "1");
        try (CapturedLog log = new CapturedLog()) {
            watch("Bad files", bad, () -> {
                throw new StackOverflowError("too deep");
            });
            watch("Good files", good, () -> "reload " + reloads.incrementAndGet());
            files.start();
            now.set(START.plusSeconds(10));
            await(() -> files.lastCheck().equals(START.plusSeconds(10)));

            Files.writeString(bad, "2");
            await(() -> log.text().contains("too deep"));
            now.set(START.plusSeconds(70));
            Files.writeString(good, "2");
            await(() -> reloads.get() == 1);
            Files.writeString(good, "3");
            await(() -> reloads.get() == 2);
            assertThat(files.lastCheck()).isEqualTo(START.plusSeconds(10));
            assertThat(files.overdueWarning())
                    .hasValueSatisfying(
                            warning -> assertThat(warning).contains("were last checked at 2026-11-30T04:00:10Z"));

            Files.writeString(bad, "1");
            await(() -> files.lastCheck().equals(START.plusSeconds(70)));
            assertThat(files.overdueWarning()).isEmpty();
        }
    }

    @Test
    void anErrorOutsideTheWatchesDoesNotEndTheChecks() throws IOException {
        Path file = Files.writeString(directory.resolve("file"), "1");
        AtomicInteger checks = new AtomicInteger();
        files.watch(
                "Files",
                () -> List.of(file),
                () -> {
                    throw new StackOverflowError("attempt " + checks.incrementAndGet());
                },
                taken -> {
                    throw new NoClassDefFoundError("of an observer");
                });
        try (CapturedLog log = new CapturedLog()) {
            files.start();
            Files.writeString(file, "2");
            await(() -> checks.get() >= 3);
            assertThat(log.text()).contains("The watched files could not be checked; the next check follows.");
        }
    }

    @Test
    void contentThatIsRefusedIsACheckThatWorked() throws IOException {
        Path file = Files.writeString(directory.resolve("file"), "1");
        watch("Files", file, () -> {
            reloads.incrementAndGet();
            throw new InvalidConfigurationException("Half a file.");
        });
        files.start();
        Files.writeString(file, "2");
        await(() -> reloads.get() > 0);
        now.set(START.plusSeconds(300));
        await(() -> files.lastCheck().equals(START.plusSeconds(300)));
        assertThat(files.overdueWarning()).isEmpty();
    }

    private static void await(BooleanSupplier condition) {
        long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).isLessThan(end);
            LockSupport.parkNanos(1_000_000);
        }
    }
}
