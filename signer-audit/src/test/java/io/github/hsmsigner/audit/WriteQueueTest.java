package io.github.hsmsigner.audit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class WriteQueueTest {

    private static final Duration LONG = Duration.ofSeconds(30);
    private static final Duration SHORT = Duration.ofMillis(1);

    private final WriteQueue queue = new WriteQueue(2);

    private static WriteQueue.Entry line() {
        return new WriteQueue.Entry(new byte[0]);
    }

    private WriteQueue.Entry added() {
        WriteQueue.Entry line = line();
        assertThat(queue.add(line, LONG)).isTrue();
        return line;
    }

    @Test
    void linesAreTakenTogetherAndInOrder() {
        WriteQueue.Entry first = added();
        WriteQueue.Entry second = added();
        assertThat(queue.take(10, LONG)).containsExactly(first, second);
    }

    @Test
    void notMoreAreTakenThanWanted() {
        WriteQueue.Entry first = added();
        WriteQueue.Entry second = added();
        assertThat(queue.take(1, LONG)).containsExactly(first);
        assertThat(queue.take(1, LONG)).containsExactly(second);
    }

    @Test
    void thereIsOnlySoMuchRoom() {
        added();
        added();
        assertThat(queue.add(line(), SHORT)).isFalse();
    }

    @Test
    void whoWaitsForRoomGetsIt() throws Exception {
        WriteQueue.Entry first = added();
        WriteQueue.Entry second = added();
        WriteQueue.Entry third = line();
        CompletableFuture<Boolean> waiting = CompletableFuture.supplyAsync(() -> queue.add(third, LONG));
        assertThat(queue.take(2, LONG)).containsExactly(first, second);
        assertThat(waiting.get(LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(queue.take(2, LONG)).containsExactly(third);
    }

    @Test
    void aLineThatNobodyWaitsForIsNeverTaken() {
        WriteQueue.Entry abandoned = added();
        WriteQueue.Entry second = added();
        assertThat(abandoned.await(SHORT)).isFalse();
        assertThat(queue.take(2, LONG)).containsExactly(second);
    }

    @Test
    void afterTheEndLinesAreTakenButNotAdded() {
        WriteQueue.Entry first = added();
        queue.close();
        assertThat(queue.add(line(), LONG)).isFalse();
        assertThat(queue.take(2, LONG)).containsExactly(first);
        assertThat(queue.take(2, SHORT)).isEmpty();
    }
}
