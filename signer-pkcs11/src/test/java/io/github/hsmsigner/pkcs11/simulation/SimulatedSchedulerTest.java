package io.github.hsmsigner.pkcs11.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hsmsigner.pkcs11.internal.scheduling.TaskThreads;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

class SimulatedSchedulerTest {

    private static final Duration LONG = Duration.ofSeconds(100);

    private final SimulatedScheduler scheduler = new SimulatedScheduler(1, new Trace(Trace.USUALLY_KEPT));
    private final List<String> log = new ArrayList<>();

    @Test
    void aWaitEndsByItsTimeOrAnUnparkOrAnInterrupt() {
        Optional<String> failure = scheduler.run(() -> {
            Thread unparked = scheduler.spawn("unparked", () -> waitAndLog("unparked"));
            Thread interrupted = scheduler.spawn("interrupted", () -> waitAndLog("interrupted"));
            scheduler.spawn("patient", () -> waitAndLog("patient"));
            scheduler.sleep(Duration.ofSeconds(1));
            log("wake");
            scheduler.unpark(unparked);
            scheduler.sleep(Duration.ofSeconds(1));
            scheduler.interrupt(interrupted);
            scheduler.sleep(LONG);
        });
        assertThat(failure).isEmpty();
        assertThat(log).containsExactly("1 wake", "1 unparked", "2 interrupted", "100 patient");
    }

    /** Waits may end for no reason, so this waits until the time has passed or there is another reason. */
    private void waitAndLog(String name) {
        long end = scheduler.nanoTime() + LONG.toNanos();
        boolean[] woken = new boolean[1];
        while (!woken[0]
                && end - scheduler.nanoTime() > 0
                && !Thread.currentThread().isInterrupted()) {
            scheduler.parkNanos(this, end - scheduler.nanoTime());
            woken[0] = log.contains("1 wake") && name.equals("unparked");
        }
        log(name);
    }

    private void log(String text) {
        log.add(scheduler.elapsed().toSeconds() + " " + text);
    }

    @Test
    void timersRunInTheOrderOfTheirTimesAndNoneAfterItIsClosed() {
        scheduler.run(() -> {
            TaskThreads threads = scheduler.threads("test");
            threads.schedule(Duration.ofSeconds(3), () -> log("later"));
            threads.schedule(Duration.ofSeconds(2), () -> log("sooner"));
            threads.schedule(Duration.ofSeconds(5), () -> log("never"));
            scheduler.sleep(Duration.ofSeconds(4));
            threads.close();
            assertThatThrownBy(() -> threads.execute(() -> {})).isInstanceOf(RejectedExecutionException.class);
            scheduler.sleep(Duration.ofSeconds(4));
        });
        assertThat(log).containsExactly("2 sooner", "3 later");
    }

    @Test
    void aLivelockIsReported() {
        assertThat(scheduler.run(() -> {
                    while (scheduler.nanoTime() != 0) {
                        scheduler.switchByChance();
                    }
                }))
                .hasValueSatisfying(failure -> assertThat(failure).startsWith("Livelock"));
    }

    @Test
    void aTaskThatBlocksElsewhereIsReportedWithItsStack() {
        scheduler.blockedLimit(Duration.ofMillis(500));
        assertThat(scheduler.run(() -> LockSupport.parkNanos(LONG.toNanos())))
                .hasValueSatisfying(failure -> assertThat(failure)
                        .startsWith("Task main blocks outside of the scheduler")
                        .contains("SimulatedSchedulerTest"));
    }

    @Test
    void anExceptionOfATaskIsRecorded() {
        scheduler.run(() -> {
            scheduler.spawn("broken", () -> {
                throw new IllegalStateException("broken");
            });
            scheduler.sleep(LONG);
        });
        assertThat(scheduler.uncaught()).singleElement().asString().contains("IllegalStateException: broken");
    }
}
