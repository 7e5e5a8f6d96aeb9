package io.github.hsmsigner.core.revocation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hsmsigner.core.TestKeys;
import io.github.hsmsigner.core.error.SigningUnavailableException;
import io.github.hsmsigner.testing.CapturedLog;
import io.github.hsmsigner.testing.OpenSslRevocationServer;
import io.github.hsmsigner.testing.SettableClock;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Responses are valid for an hour here; only the signer's responder matters, the root's always answers. */
class RevocationRefreshTest {

    @TempDir
    private static Path directory;

    private static OpenSslRevocationServer server;

    private final SettableClock clock = new SettableClock();
    private final ManualTimer timer = new ManualTimer();
    private final OnlineRevocationSource source =
            OnlineRevocationSource.builder().clock(clock).timer(timer).build();

    @BeforeAll
    static void start() {
        server = new OpenSslRevocationServer(directory);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @BeforeEach
    void behave() {
        server.reset();
        server.issuer.crl.status = 404;
        server.root.crl.status = 404;
        use();
    }

    private void use() {
        assertThat(source.revocationInfo(server.chain(), TestKeys.soon()).ocspResponses())
                .hasSize(2);
    }

    private static int requests() {
        return server.issuer.ocsp.requests();
    }

    /** Moves the time in small steps and runs what is due. */
    private void pass(Duration time) {
        Instant end = clock.instant().plus(time);
        while (clock.instant().isBefore(end)) {
            clock.advance(Duration.ofSeconds(10));
            timer.runDue();
        }
    }

    @Test
    void aResponseInUseIsRefreshedAtHalfOfItsTimeAndNoRequestWaits() {
        pass(Duration.ofMinutes(29));
        assertThat(requests()).isEqualTo(1);
        pass(Duration.ofMinutes(2));
        assertThat(requests()).isEqualTo(2);
        use();
        assertThat(requests()).isEqualTo(2);
        assertThat(source.refreshes()).as("of two certificates").isEqualTo(2);
        assertThat(source.failedRefreshes()).isZero();
    }

    @Test
    void aResponseThatIsNotUsedIsRefreshedOnceAndNotForEver() {
        pass(Duration.ofMinutes(55));
        assertThat(requests()).isEqualTo(2);
        assertThat(timer.pending()).isZero();
    }

    @Test
    void whileTheResponderIsDownTheResponseIsUsedUntilItsNextUpdate() {
        server.issuer.ocsp.status = 503;
        try (CapturedLog log = new CapturedLog()) {
            pass(Duration.ofMinutes(59));
            int attempts = requests() - 1;
            assertThat(attempts)
                    .as("after pauses of 0.5, 1, 2, 4, 8 and 10 minutes")
                    .isBetween(4, 8);
            assertThat(source.failedRefreshes()).as("retries count").isEqualTo(attempts);
            assertThat(source.refreshes()).as("of the other certificate").isEqualTo(1);
            use();
            assertThat(requests()).isEqualTo(attempts + 1);
            assertThat(log.text()).containsOnlyOnce("could not be refreshed; the previous one stays in use until");
        }
        pass(Duration.ofMinutes(2));
        assertThatThrownBy(this::use)
                .isInstanceOfSatisfying(
                        SigningUnavailableException.class,
                        e -> assertThat(e.retryable()).isTrue());
        server.issuer.ocsp.status = 200;
        // A failure is remembered for some seconds.
        clock.advance(Duration.ofMinutes(1));
        use();
    }

    @Test
    void aResponderThatIsBackAfterAMinuteIsAskedAgain() {
        server.issuer.ocsp.status = 503;
        pass(Duration.ofMinutes(31));
        server.issuer.ocsp.status = 200;
        int before = requests();
        pass(Duration.ofMinutes(2));
        assertThat(requests()).isEqualTo(before + 1);
        assertThat(source.failedRefreshes()).isPositive();
        assertThat(source.refreshes()).as("of two certificates").isEqualTo(2);
        pass(Duration.ofMinutes(20));
        use();
        assertThat(requests()).isEqualTo(before + 1);
    }

    @Test
    void aRevocationThatARefreshFindsCountsAtOnce() {
        server.issuer.revoke("signer");
        use();
        pass(Duration.ofMinutes(31));
        assertThatThrownBy(this::use).hasMessageContaining("was revoked on");
    }

    @Test
    void afterTheMaximumAgeARequestAsksAndUsesTheValidResponseIfThereIsNoOther() {
        OnlineRevocationSource impatient = OnlineRevocationSource.builder()
                .clock(clock)
                .timer(new ManualTimer())
                .maxAge(Duration.ofMinutes(10))
                .build();
        impatient.revocationInfo(server.chain(), TestKeys.soon());
        server.issuer.ocsp.status = 503;
        clock.advance(Duration.ofMinutes(11));
        int before = requests();
        for (int i = 0; i < 3; i++) {
            assertThat(impatient.revocationInfo(server.chain(), TestKeys.soon()).ocspResponses())
                    .hasSize(2);
        }
        assertThat(requests()).as("asked once, then not for 30 seconds").isEqualTo(before + 1);
    }

    @Test
    void closingEndsRefreshing() throws Exception {
        source.close();
        assertThat(timer.closed).isTrue();
        RefreshTimer real = RefreshTimer.ofOneThread();
        real.close();
        real.after(Duration.ZERO, () -> {
            throw new AssertionError("not after close");
        });
        use();
    }

    /** Runs work when the clock of the test has come to it. */
    private final class ManualTimer implements RefreshTimer {

        private final List<Due> work = new ArrayList<>();
        private boolean closed;

        private record Due(Instant at, Runnable work) {}

        @Override
        public void after(Duration delay, Runnable later) {
            work.add(new Due(clock.instant().plus(delay), later));
        }

        @Override
        public void close() {
            closed = true;
        }

        int pending() {
            return work.size();
        }

        void runDue() {
            List<Due> due = work.stream()
                    .filter(one -> !one.at().isAfter(clock.instant()))
                    .toList();
            work.removeAll(due);
            due.forEach(one -> one.work().run());
        }
    }
}
