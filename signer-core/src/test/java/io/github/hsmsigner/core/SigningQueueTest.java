package io.github.hsmsigner.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.core.error.SigningUnavailableException;
import io.github.hsmsigner.core.error.SigningUnavailableException.Reason;
import io.github.hsmsigner.testing.Property;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SigningQueueTest {

    private static final Duration LONG = Duration.ofSeconds(50);

    private final ExecutorService threads = Executors.newCachedThreadPool();

    @AfterEach
    void end() {
        threads.shutdownNow();
    }

    private static Deadline later() {
        return Deadline.after(LONG);
    }

    private static void await(BooleanSupplier condition) {
        Deadline limit = Deadline.after(Duration.ofSeconds(30));
        while (!condition.getAsBoolean()) {
            assertThat(limit.hasPassed()).as("waited in vain").isFalse();
            LockSupport.parkNanos(1_000_000);
        }
    }

    /** Enters on a thread of its own, and returns when it waits. */
    private Future<?> waiting(SigningQueue queue, Deadline deadline, Runnable entered) {
        int before = queue.statistics().waiting();
        Future<?> waiting = threads.submit(() -> {
            queue.enter(deadline);
            entered.run();
        });
        await(() -> queue.statistics().waiting() == before + 1);
        return waiting;
    }

    private static SigningUnavailableException refusal(Runnable entering) {
        List<SigningUnavailableException> refusals = new ArrayList<>();
        assertThatThrownBy(entering::run).isInstanceOfSatisfying(SigningUnavailableException.class, refusals::add);
        return refusals.get(0);
    }

    @Test
    void letsInAsManyAsItHasPlaces() {
        SigningQueue queue = SigningQueue.of(3, 5, LONG);
        queue.enter(later());
        queue.enter(later());
        assertThat(queue.statistics()).isEqualTo(new SigningQueue.Statistics(3, 2, 5, 0, 0));
        queue.enter(later());
        queue.leave();
        queue.enter(later());
        assertThat(queue.statistics()).isEqualTo(new SigningQueue.Statistics(3, 3, 5, 0, 0));
        assertThat(queue).hasToString("SigningQueue[" + queue.statistics() + "]");
    }

    @Test
    void refusesAtOnceWhenAllThatMayWaitDo() throws Exception {
        SigningQueue queue = SigningQueue.of(1, 2, LONG);
        queue.enter(later());
        Future<?> first = waiting(queue, later(), () -> {});
        Future<?> second = waiting(queue, later(), () -> {});
        long start = System.nanoTime();
        SigningUnavailableException refusal = refusal(() -> queue.enter(later()));
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(LONG.dividedBy(2));
        assertThat(refusal)
                .hasMessage("No further signature may wait: 1 signatures are under way and 2 wait.")
                .hasNoCause();
        assertThat(refusal.reason()).isEqualTo(Reason.BUSY);
        assertThat(refusal.retryable()).isTrue();
        assertThat(refusal.retryAfter()).contains(Duration.ofSeconds(1));
        assertThat(refusal.clientMessage()).doesNotContain("1", "2");
        assertThat(queue.statistics()).isEqualTo(new SigningQueue.Statistics(1, 1, 2, 2, 1));

        queue.leave();
        first.get();
        queue.leave();
        second.get();
        assertThat(queue.statistics()).isEqualTo(new SigningQueue.Statistics(1, 1, 2, 0, 1));
    }

    @Test
    void whereNoneMayWaitAFreePlaceIsTakenAndNothingElse() {
        SigningQueue queue = SigningQueue.of(1, 0, LONG);
        queue.enter(later());
        assertThat(refusal(() -> queue.enter(later()))).hasMessageContaining("and 0 wait");
        queue.leave();
        queue.enter(later());
    }

    @Test
    void letsInThoseThatWaitInTheirOrder() throws Exception {
        SigningQueue queue = SigningQueue.of(1, 10, LONG);
        queue.enter(later());
        List<Integer> order = Collections.synchronizedList(new ArrayList<>());
        List<Future<?>> all = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            int number = i;
            all.add(waiting(queue, later(), () -> {
                order.add(number);
                queue.leave();
            }));
        }
        queue.leave();
        for (Future<?> one : all) {
            one.get();
        }
        assertThat(order).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
        assertThat(queue.statistics()).isEqualTo(new SigningQueue.Statistics(1, 0, 10, 0, 0));
    }

    /** The place is the one's that waits from the moment that it is free, before its thread runs. */
    @Test
    void nobodyPassesByThoseThatWait() throws Exception {
        for (int i = 0; i < 200; i++) {
            SigningQueue queue = SigningQueue.of(1, 1, LONG);
            queue.enter(later());
            Future<?> patient = waiting(queue, later(), () -> {});
            queue.leave();
            refusal(() -> queue.enter(Deadline.after(Duration.ZERO)));
            patient.get();
        }
    }

    /** Else those that wait are woken one after the other, and the token idles although many want a signature. */
    @Test
    void placesThatBecomeFreeAreGivenAwayBeforeAnyThreadHasWoken() throws Exception {
        SigningQueue queue = SigningQueue.of(20, 20, LONG);
        List<Future<?>> all = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            queue.enter(later());
        }
        for (int i = 0; i < 20; i++) {
            all.add(waiting(queue, later(), () -> {}));
        }
        for (int i = 0; i < 20; i++) {
            queue.leave();
        }
        assertThat(queue.statistics()).isEqualTo(new SigningQueue.Statistics(20, 20, 20, 0, 0));
        for (Future<?> one : all) {
            one.get();
        }
    }

    @Test
    void waitsNoLongerThanTheDeadline() {
        SigningQueue queue = SigningQueue.of(1, 1, LONG);
        queue.enter(later());
        long start = System.nanoTime();
        SigningUnavailableException refusal = refusal(() -> queue.enter(Deadline.after(Duration.ofMillis(50))));
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(Duration.ofMillis(45), LONG.dividedBy(2));
        assertThat(refusal.getMessage())
                .matches("No signature could begin within (50|49) ms: 1 signatures are under way and 1 wait\\.");
        assertThat(refusal.reason()).isEqualTo(Reason.BUSY);
        assertThat(refusal.retryable()).isTrue();
        assertThat(queue.statistics()).isEqualTo(new SigningQueue.Statistics(1, 1, 1, 0, 1));
    }

    @Test
    void waitsNoLongerThanTheQueueAllows() {
        SigningQueue queue = SigningQueue.of(1, 1, Duration.ofMillis(30));
        queue.enter(later());
        assertThat(refusal(() -> queue.enter(later()))).hasMessageContaining("within 30 ms");
        assertThat(queue.statistics().waiting()).isZero();
    }

    @Test
    void aDeadlineThatHasPassedStillTakesAFreePlaceButDoesNotWait() {
        SigningQueue queue = SigningQueue.of(1, 1, LONG);
        queue.enter(Deadline.after(Duration.ZERO));
        assertThat(refusal(() -> queue.enter(Deadline.after(Duration.ZERO)))).hasMessageContaining("within 0 ms");
    }

    @Test
    void aThreadThatIsInterruptedGoesAndStaysInterrupted() throws Exception {
        SigningQueue queue = SigningQueue.of(1, 1, LONG);
        queue.enter(later());
        List<Object> seen = Collections.synchronizedList(new ArrayList<>());
        Thread thread = new Thread(() -> {
            try {
                queue.enter(later());
            } catch (SigningUnavailableException e) {
                seen.add(e.getMessage());
                seen.add(e.reason());
                seen.add(Thread.currentThread().isInterrupted());
            }
        });
        thread.start();
        await(() -> queue.statistics().waiting() == 1);
        thread.interrupt();
        thread.join();
        assertThat(seen).containsExactly("Waiting for other signatures was interrupted.", Reason.LATE, true);
        assertThat(queue.statistics()).isEqualTo(new SigningQueue.Statistics(1, 1, 1, 0, 1));
        queue.leave();
        queue.enter(later());
    }

    /** Whatever the numbers: never more at once than there are places, and every caller is let in or refused, with none forgotten. */
    @Test
    void holdsItsBoundsUnderManyThreads() {
        Property.holds(12, random -> {
            int places = 1 + random.nextInt(4);
            int maxWaiting = random.nextInt(6);
            int callers = 1 + random.nextInt(12);
            int each = 400;
            Duration maxWait = Duration.ofNanos(random.nextInt(2) == 0 ? LONG.toNanos() : random.nextInt(200_000));
            SigningQueue queue = SigningQueue.of(places, maxWaiting, maxWait);
            AtomicInteger inside = new AtomicInteger();
            AtomicInteger most = new AtomicInteger();
            List<Callable<int[]>> work = Collections.nCopies(callers, () -> {
                int[] outcomes = new int[2];
                for (int i = 0; i < each; i++) {
                    try {
                        queue.enter(later());
                    } catch (SigningUnavailableException e) {
                        outcomes[1]++;
                        continue;
                    }
                    try {
                        most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                        Thread.yield();
                        outcomes[0]++;
                    } finally {
                        inside.decrementAndGet();
                        queue.leave();
                    }
                }
                return outcomes;
            });
            int entered = 0;
            int refused = 0;
            for (Future<int[]> one : threads.invokeAll(work)) {
                entered += one.get()[0];
                refused += one.get()[1];
            }
            assertThat(most.get()).isBetween(1, places);
            assertThat(entered + refused).isEqualTo(callers * each);
            assertThat(queue.statistics()).isEqualTo(new SigningQueue.Statistics(places, 0, maxWaiting, 0, refused));
            if (callers <= places || (callers <= places + maxWaiting && maxWait.equals(LONG))) {
                assertThat(refused).isZero();
            }
        });
    }

    @Test
    void refusesNumbersThatMakeNoQueue() {
        assertThatThrownBy(() -> SigningQueue.of(0, 1, LONG))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("at least one signature: 0");
        assertThatThrownBy(() -> SigningQueue.of(1, -1, LONG))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("negative: -1");
        assertThatThrownBy(() -> SigningQueue.of(1, 1, Duration.ofMillis(-1)))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("negative: PT-0.001S");
        SigningQueue patient = SigningQueue.of(1, 1, Duration.ofDays(1_000_000));
        patient.enter(later());
        assertThat(patient.statistics().signing()).isEqualTo(1);
    }
}
