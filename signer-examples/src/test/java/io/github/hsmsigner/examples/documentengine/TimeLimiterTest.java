package io.github.hsmsigner.examples.documentengine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hsmsigner.pkcs11.Await;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.pdfbox.Loader;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class TimeLimiterTest {

    private static void assertUnavailable(ThrowingCallable call, String message) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        ApiException.class, e -> assertThat(e.status()).isEqualTo(503))
                .hasMessageContaining(message);
    }

    @Test
    void returnsResultsAndRefusals() {
        try (TimeLimiter limiter = new TimeLimiter(Duration.ofMinutes(1))) {
            assertThat(limiter.call("The report", () -> 1)).isEqualTo(1);
            assertThatThrownBy(() -> limiter.call("The report", () -> {
                        throw ApiException.notFound();
                    }))
                    .isInstanceOfSatisfying(
                            ApiException.class, e -> assertThat(e.status()).isEqualTo(404));
            assertThatThrownBy(() -> limiter.call("The report", () -> {
                        throw new StackOverflowError();
                    }))
                    .hasMessage("The report failed")
                    .hasCauseInstanceOf(StackOverflowError.class);
        }
    }

    /** The limit grows until the work starts within it: work that has not started is not interrupted. */
    @Test
    void interruptsWorkThatTakesTooLong() throws InterruptedException {
        CountDownLatch started = new CountDownLatch(1);
        CountDownLatch interrupted = new CountDownLatch(1);
        for (Duration limit = Duration.ofMillis(1); started.getCount() > 0; limit = limit.multipliedBy(2)) {
            try (TimeLimiter limiter = new TimeLimiter(limit)) {
                assertUnavailable(
                        () -> limiter.call("The report", () -> {
                            started.countDown();
                            try {
                                return new CountDownLatch(1).await(1, TimeUnit.HOURS);
                            } finally {
                                interrupted.countDown();
                            }
                        }),
                        "The report took longer than");
            }
        }
        interrupted.await();
    }

    @Test
    void refusesWorkIfTooMuchIsWaiting() throws Exception {
        CountDownLatch end = new CountDownLatch(1);
        CountDownLatch running = new CountDownLatch(2);
        ExecutorService callers = Executors.newCachedThreadPool();
        try (TimeLimiter limiter = new TimeLimiter(Duration.ofMinutes(1))) {
            List<Future<Object>> results = new ArrayList<>();
            int accepted = 2 + 32;
            for (int i = 0; i < accepted + 1; i++) {
                results.add(callers.submit(() -> limiter.call("The report", () -> {
                    running.countDown();
                    end.await();
                    return null;
                })));
            }
            running.await();
            Await.until(
                    Duration.ofMinutes(1), "a refusal", () -> results.stream().anyMatch(Future::isDone));
            Future<Object> refused =
                    results.stream().filter(Future::isDone).findFirst().orElseThrow();
            end.countDown();
            assertThatThrownBy(refused::get).hasMessageContaining("busy with other reports");
        } finally {
            callers.shutdownNow();
        }
    }

    @Test
    void drawingEndsWhenItsThreadIsInterrupted() throws IOException {
        try (PDDocument document = Loader.loadPDF(SamplePdf.plain())) {
            Thread.currentThread().interrupt();
            assertThatThrownBy(() -> PageImage.draw(document, 0, 100)).isInstanceOf(CancellationException.class);
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
    }
}
