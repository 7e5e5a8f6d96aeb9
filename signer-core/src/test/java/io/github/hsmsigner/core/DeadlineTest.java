package io.github.hsmsigner.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class DeadlineTest {

    @Test
    void itPasses() {
        Deadline now = Deadline.after(Duration.ZERO);
        assertThat(now.hasPassed()).isTrue();
        assertThat(now.remainingNanos()).isZero();
    }

    @Test
    void itCountsDown() {
        Deadline later = Deadline.after(Duration.ofHours(1));
        assertThat(later.hasPassed()).isFalse();
        assertThat(later.remainingNanos())
                .isPositive()
                .isLessThanOrEqualTo(Duration.ofHours(1).toNanos());
    }

    @Test
    void itDoesNotLieInThePast() {
        Duration past = Duration.ofMillis(-1);
        assertThatThrownBy(() -> Deadline.after(past)).isInstanceOf(IllegalArgumentException.class);
    }
}
