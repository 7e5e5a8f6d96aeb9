package io.github.hsmsigner.service.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hsmsigner.service.audit.PendingLines.Admission;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

class PendingLinesTest {

    private static final Duration LONG = Duration.ofSeconds(30);
    private static final Duration SHORT = Duration.ofMillis(1);

    private final PendingLines pending = new PendingLines(2);

    private static PendingLine line() {
        return new PendingLine(new byte[0]);
    }

    private PendingLine added() {
        PendingLine line = line();
        assertThat(pending.add(line, LONG)).isEqualTo(Admission.ADMITTED);
        return line;
    }

    @Test
    void linesAreTakenTogetherAndInOrder() {
        PendingLine first = added();
        PendingLine second = added();
        assertThat(pending.take(10, LONG)).containsExactly(first, second);
    }

    @Test
    void notMoreAreTakenThanWanted() {
        PendingLine first = added();
        PendingLine second = added();
        assertThat(pending.take(1, LONG)).containsExactly(first);
        assertThat(pending.take(1, LONG)).containsExactly(second);
    }

    @Test
    void thereIsOnlySoMuchRoom() {
        added();
        added();
        assertThat(pending.add(line(), SHORT)).isEqualTo(Admission.FULL);
    }

    @Test
    void whoWaitsForRoomGetsIt() throws Exception {
        PendingLine first = added();
        PendingLine second = added();
        PendingLine third = line();
        CompletableFuture<Admission> waiting = CompletableFuture.supplyAsync(() -> pending.add(third, LONG));
        assertThat(pending.take(2, LONG)).containsExactly(first, second);
        assertThat(waiting.get(LONG.toSeconds(), TimeUnit.SECONDS)).isEqualTo(Admission.ADMITTED);
        assertThat(pending.take(2, LONG)).containsExactly(third);
    }

    @Test
    void aLineThatNobodyWaitsForIsNeverTaken() {
        PendingLine abandoned = added();
        PendingLine second = added();
        assertThatThrownBy(() -> abandoned.await(SHORT)).isInstanceOf(TimeoutException.class);
        assertThat(pending.take(2, LONG)).containsExactly(second);
    }

    @Test
    void afterTheEndLinesAreTakenButNotAdded() {
        PendingLine first = added();
        pending.close();
        assertThat(pending.add(line(), LONG)).isEqualTo(Admission.CLOSED);
        assertThat(pending.take(2, LONG)).containsExactly(first);
        assertThat(pending.take(2, SHORT)).isEmpty();
    }
}
