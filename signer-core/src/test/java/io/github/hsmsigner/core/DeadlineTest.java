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
    void itIsSharedByTheStepsThatAreLeft() {
        Deadline later = Deadline.after(Duration.ofHours(1));
        assertThat(Duration.ofNanos(later.share(3).remainingNanos()))
                .isBetween(Duration.ofMinutes(19), Duration.ofMinutes(20));
        assertThat(Deadline.after(Duration.ZERO).share(1).hasPassed()).isTrue();
        assertThatThrownBy(() -> later.share(0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aLimitMakesItEarlierAndNeverLater() {
        Deadline later = Deadline.after(Duration.ofHours(1));
        assertThat(later.within(Duration.ofHours(2))).isSameAs(later);
        assertThat(later.within(Duration.ofMinutes(1)).remainingNanos())
                .isPositive()
                .isLessThanOrEqualTo(Duration.ofMinutes(1).toNanos());
    }

    @Test
    void itDoesNotLieInThePast() {
        Duration past = Duration.ofMillis(-1);
        assertThatThrownBy(() -> Deadline.after(past)).isInstanceOf(IllegalArgumentException.class);
    }
}
