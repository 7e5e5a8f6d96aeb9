package io.github.hsmsigner.core.internal.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class PeerOutageTest {

    private final AtomicLong nanoTime = new AtomicLong(Long.MAX_VALUE - 5);
    private final PeerOutage outage = new PeerOutage(nanoTime::get);

    @Test
    void theFirstFailureIsLoggedAndThenOneEachMinute() {
        assertThat(outage.failed()).isTrue();
        nanoTime.addAndGet(Duration.ofSeconds(59).toNanos());
        assertThat(outage.failed()).isFalse();
        nanoTime.addAndGet(Duration.ofSeconds(1).toNanos());
        assertThat(outage.failed()).isTrue();
        assertThat(outage.failures()).isEqualTo(3);
    }

    @Test
    void afterASuccessTheNextFailureIsLoggedAgain() {
        assertThat(outage.succeeded()).isZero();
        outage.failed();
        outage.failed();
        assertThat(outage.succeeded()).isEqualTo(2);
        assertThat(outage.succeeded()).isZero();
        assertThat(outage.failed()).isTrue();
    }
}
