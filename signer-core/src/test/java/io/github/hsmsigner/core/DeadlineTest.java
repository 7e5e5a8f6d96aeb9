package io.github.hsmsigner.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
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
    void lateResultsAreReportedToTheListenerThroughDerivedDeadlines() {
        List<String> reports = new ArrayList<>();
        Deadline passed = Deadline.after(Duration.ZERO)
                .withListener((origin, late) -> reports.add(origin + (late.isNegative() ? " early" : " late")));
        passed.reportLateResult("a");
        passed.share(2).reportLateResult("b");
        passed.within(Duration.ofHours(1)).reportLateResult("c");
        assertThat(reports).containsExactly("a late", "b late", "c late");

        List<Duration> lateness = new ArrayList<>();
        Deadline later = Deadline.after(Duration.ofHours(1)).withListener((origin, late) -> lateness.add(late));
        later.within(Duration.ofMinutes(1)).reportLateResult("abandoned before its deadline");
        assertThat(lateness).containsExactly(Duration.ZERO);
    }

    @Test
    void aListenerThatThrowsDoesNotFailTheSigner() {
        for (Throwable bug :
                List.of(new IllegalStateException("a bug"), new StackOverflowError(), new LinkageError())) {
            Deadline passed = Deadline.after(Duration.ZERO).withListener((origin, late) -> sneak(bug));
            assertThatCode(() -> passed.reportLateResult("a")).doesNotThrowAnyException();
        }
    }

    private static void sneak(Throwable bug) {
        if (bug instanceof Error error) {
            throw error;
        }
        throw (RuntimeException) bug;
    }

    @Test
    void withoutAListenerLateResultsAreNotReported() {
        assertThatCode(() -> Deadline.after(Duration.ZERO).reportLateResult("a"))
                .doesNotThrowAnyException();
    }

    @Test
    void itDoesNotLieInThePast() {
        Duration past = Duration.ofMillis(-1);
        assertThatThrownBy(() -> Deadline.after(past)).isInstanceOf(IllegalArgumentException.class);
    }
}
