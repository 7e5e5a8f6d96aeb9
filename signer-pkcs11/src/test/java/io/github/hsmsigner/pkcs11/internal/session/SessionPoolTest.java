package io.github.hsmsigner.pkcs11.internal.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.error.SigningUnavailableException;
import io.github.hsmsigner.pkcs11.Await;
import io.github.hsmsigner.pkcs11.health.Pkcs11Listener;
import io.github.hsmsigner.pkcs11.health.SessionStatistics;
import io.github.hsmsigner.pkcs11.internal.cryptoki.CountingCryptoki;
import io.github.hsmsigner.pkcs11.internal.cryptoki.Cryptoki;
import io.github.hsmsigner.pkcs11.internal.cryptoki.CryptokiException;
import io.github.hsmsigner.pkcs11.internal.cryptoki.CryptokiModule;
import io.github.hsmsigner.pkcs11.internal.cryptoki.DelegatingCryptoki;
import io.github.hsmsigner.pkcs11.internal.cryptoki.ReturnValue;
import io.github.hsmsigner.pkcs11.internal.scheduling.Scheduler;
import io.github.hsmsigner.pkcs11.internal.scheduling.TaskThreads;
import io.github.hsmsigner.pkcs11.softhsm.SoftHsm;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SessionPoolTest {

    private static final PoolListener NOBODY = new PoolListener() {
        @Override
        public void openingFailed(Throwable cause) {}

        @Override
        public void loginLost(Generation generation) {}
    };

    private final ExecutorService otherThread = Executors.newSingleThreadExecutor();
    private CryptokiModule module;
    private CountingCryptoki cryptoki;
    private ModuleThreads threads;
    private long slot;

    @BeforeEach
    void open() throws CryptokiException {
        SoftHsm.newToken();
        module = CryptokiModule.open(SoftHsm.module());
        cryptoki = new CountingCryptoki(module.cryptoki());
        slot = cryptoki.slotsWithToken().get(0);
        threads = new ModuleThreads(module, Scheduler.system(), "test", Duration.ofSeconds(10), Pkcs11Listener.none());
    }

    @AfterEach
    void close() {
        otherThread.shutdownNow();
        threads.close();
        module.close();
    }

    private SessionPool pool(int capacity) throws CryptokiException {
        return pool(capacity, false, cryptoki);
    }

    private SessionPool pool(int capacity, boolean onCallersThread, Cryptoki functions) throws CryptokiException {
        Generation generation = new Generation(module.epoch(), cryptoki.tokenInfo(slot), 0);
        return pool(capacity, onCallersThread, functions, () -> generation);
    }

    private SessionPool pool(
            int capacity, boolean onCallersThread, Cryptoki functions, Supplier<Generation> generation) {
        Duration never = Duration.ofHours(1);
        return new SessionPool(
                functions,
                module,
                threads,
                generation,
                onCallersThread,
                new PoolSettings(capacity, 0, 4, never, never, never, never),
                Pkcs11Listener.none(),
                NOBODY);
    }

    private SessionPool pool(Scheduler scheduler, Cryptoki functions, PoolSettings settings) throws CryptokiException {
        Generation generation = new Generation(module.epoch(), cryptoki.tokenInfo(slot), 0);
        threads.close();
        threads = new ModuleThreads(module, scheduler, "test", Duration.ofSeconds(10), Pkcs11Listener.none());
        return new SessionPool(
                functions, module, threads, () -> generation, false, settings, Pkcs11Listener.none(), NOBODY);
    }

    private static Deadline in(long millis) {
        return Deadline.after(Duration.ofMillis(millis));
    }

    @Test
    void waitsNoLongerThanTheDeadline() throws Exception {
        SessionPool pool = pool(1);
        CountDownLatch busy = new CountDownLatch(1);
        CountDownLatch done = new CountDownLatch(1);
        Future<Boolean> holder = otherThread.submit(() -> pool.withSession(in(10_000), () -> {}, session -> {
            busy.countDown();
            return await(done);
        }));
        busy.await();
        assertThatThrownBy(() -> pool.withSession(in(20), () -> {}, session -> "never"))
                .isInstanceOfSatisfying(
                        SigningUnavailableException.class,
                        e -> assertThat(e.retryable()).isTrue())
                .hasMessageContaining("All 1 sessions");
        done.countDown();
        assertThat(holder.get()).isTrue();
        assertThat(pool.<String>withSession(in(10_000), () -> {}, session -> "served"))
                .isEqualTo("served");
        assertThat(pool.drain(Duration.ofSeconds(5))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void servesThoseThatWaitInTheOrderInWhichTheyCame(boolean onCallersThread) throws Exception {
        SessionPool pool = pool(1, onCallersThread, cryptoki);
        // A session that is not there yet is opened, and first used, by a thread in the background.
        pool.withSession(in(10_000), () -> {}, session -> session);
        List<Integer> served = new CopyOnWriteArrayList<>();
        List<Thread> threads = new CopyOnWriteArrayList<>();
        CountDownLatch done = new CountDownLatch(1);
        ExecutorService callers = Executors.newCachedThreadPool();
        try {
            List<Future<Thread>> all = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                int number = i;
                all.add(callers.submit(() -> pool.withSession(in(10_000), () -> {}, session -> {
                    served.add(number);
                    threads.add(Thread.currentThread());
                    await(done);
                    return Thread.currentThread();
                })));
                awaitWaiting(pool, i);
            }
            done.countDown();
            for (Future<Thread> one : all) {
                one.get();
            }
        } finally {
            callers.shutdownNow();
        }
        assertThat(served).containsExactly(0, 1, 2, 3);
        assertThat(Set.copyOf(threads)).as("a thread that is awake goes on").hasSize(onCallersThread ? 2 : 1);
        assertThat(pool.statistics().inUse()).isZero();
    }

    private static void awaitWaiting(SessionPool pool, int count) {
        Await.until(Duration.ofSeconds(10), count + " calls wait", () -> {
            SessionStatistics now = pool.statistics();
            return now.inUse() == 1 && now.waiting() == count;
        });
    }

    @Test
    void refusesThoseThatWaitOnceItIsClosed() throws Exception {
        SessionPool pool = pool(1);
        CountDownLatch done = new CountDownLatch(1);
        ExecutorService callers = Executors.newCachedThreadPool();
        try {
            Future<Boolean> holder =
                    callers.submit(() -> pool.withSession(in(10_000), () -> {}, session -> await(done)));
            awaitWaiting(pool, 0);
            Future<String> waiter = callers.submit(() -> pool.withSession(in(10_000), () -> {}, session -> "too late"));
            awaitWaiting(pool, 1);
            Future<Boolean> drained = callers.submit(() -> pool.drain(Duration.ofSeconds(10)));
            Await.until(Duration.ofSeconds(10), "the pool is closed", () -> isClosed(pool));
            done.countDown();
            assertThat(holder.get()).isTrue();
            assertThat(drained.get()).isTrue();
            assertThatThrownBy(waiter::get).hasRootCauseMessage("The token is closed.");
        } finally {
            callers.shutdownNow();
        }
    }

    private static boolean isClosed(SessionPool pool) {
        try {
            pool.withSession(in(1), () -> {}, session -> session);
            return false;
        } catch (CryptokiException | GenerationEndedException e) {
            throw new IllegalStateException(e);
        } catch (SigningUnavailableException e) {
            return !e.retryable();
        }
    }

    @Test
    void callsThatTheThreadsNoLongerTakeAreRefused() throws Exception {
        SessionPool pool = pool(1);
        threads.close();
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> pool.withSession(in(10_000), () -> {}, session -> "too late"))
                    .isInstanceOf(SigningUnavailableException.class)
                    .hasMessage("The token is closed.");
            assertThat(pool.statistics().inUse()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aCallerThatIsInterruptedWaitsNoLonger(boolean onCallersThread) throws Exception {
        SessionPool pool = pool(1, onCallersThread, cryptoki);
        CountDownLatch done = new CountDownLatch(1);
        Future<Boolean> holder =
                otherThread.submit(() -> pool.withSession(in(10_000), () -> {}, session -> await(done)));
        awaitWaiting(pool, 0);
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> pool.withSession(in(10_000), () -> {}, session -> "never"))
                .hasMessage("Waiting for a session was interrupted.");
        assertThat(Thread.interrupted()).as("still interrupted").isTrue();
        assertThat(pool.statistics().waiting()).isZero();
        done.countDown();
        assertThat(holder.get()).isTrue();
    }

    private static boolean await(CountDownLatch latch) {
        try {
            latch.await();
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Test
    void lendsTheSessionUsedLastFirst() throws Exception {
        SessionPool pool = pool(2);
        List<Session> used = new ArrayList<>();
        pool.withSession(in(1000), () -> {}, outer -> {
            used.add(outer);
            used.add(borrowAndReturn(pool));
            return null;
        });
        assertThat(pool.<Session>withSession(in(1000), () -> {}, session -> session))
                .isEqualTo(used.get(0));
        assertThat(cryptoki.calls()).filteredOn("C_OpenSession"::equals).hasSize(2);
        pool.drain(Duration.ofSeconds(5));
    }

    private static Session borrowAndReturn(SessionPool pool) throws CryptokiException {
        try {
            return pool.withSession(in(1000), () -> {}, session -> session);
        } catch (GenerationEndedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A caller takes whichever comes first: a session that is returned, or a new one. */
    @Test
    void sessionsThatAreReturnedServeAllWhileOpeningsHang() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        AtomicInteger openings = new AtomicInteger();
        SessionPool pool = pool(4, false, new DelegatingCryptoki(cryptoki) {
            @Override
            public long openSession(long slotId) throws CryptokiException {
                if (openings.incrementAndGet() > 1) {
                    await(release);
                }
                return super.openSession(slotId);
            }
        });
        assertServes(pool, 8);
        assertThat(openings.get()).as("openings that hang").isGreaterThan(1);
        release.countDown();
        assertThat(pool.drain(Duration.ofSeconds(10))).isTrue();
    }

    private static void assertServes(SessionPool pool, int callers) throws Exception {
        ExecutorService threads = Executors.newCachedThreadPool();
        try {
            List<Future<String>> all = new ArrayList<>();
            for (int i = 0; i < callers; i++) {
                all.add(threads.submit(() -> pool.withSession(in(10_000), () -> {}, session -> "served")));
            }
            for (Future<String> one : all) {
                assertThat(one.get()).isEqualTo("served");
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void sessionsOfTheLastGenerationAreClosedInTheBackground() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        AtomicReference<Generation> current =
                new AtomicReference<>(new Generation(module.epoch(), cryptoki.tokenInfo(slot), 0));
        SessionPool pool = pool(
                4,
                true,
                new DelegatingCryptoki(cryptoki) {
                    @Override
                    public void closeSession(long session) throws CryptokiException {
                        await(release);
                        super.closeSession(session);
                    }
                },
                current::get);
        CountDownLatch together = new CountDownLatch(3);
        ExecutorService callers = Executors.newCachedThreadPool();
        try {
            List<Future<Boolean>> all = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                all.add(callers.submit(() -> pool.withSession(in(10_000), () -> {}, session -> {
                    together.countDown();
                    return await(together);
                })));
            }
            for (Future<Boolean> one : all) {
                assertThat(one.get()).isTrue();
            }
        } finally {
            callers.shutdownNow();
        }
        current.set(new Generation(module.epoch(), cryptoki.tokenInfo(slot), 0));
        assertServes(pool, 4);
        assertThat(cryptoki.calls()).as("all closings hang").doesNotContain("C_CloseSession");
        release.countDown();
        Await.until(
                Duration.ofSeconds(10),
                "three sessions are closed",
                () -> cryptoki.calls().stream().filter("C_CloseSession"::equals).count() >= 3);
        assertThat(pool.drain(Duration.ofSeconds(10))).isTrue();
    }

    @Test
    void workThatThrowsAnythingGivesItsPlaceBack() throws Exception {
        SessionPool pool = pool(1);
        assertThatThrownBy(() -> pool.withSession(in(1000), () -> {}, session -> {
                    throw new IllegalStateException("a bug");
                }))
                .isInstanceOf(IllegalStateException.class);
        assertThat(pool.<String>withSession(in(1000), () -> {}, session -> "served"))
                .isEqualTo("served");
        assertThat(cryptoki.calls())
                .filteredOn(call -> call.endsWith("Session"))
                .containsExactly("C_OpenSession", "C_CloseSession", "C_OpenSession");
        pool.drain(Duration.ofSeconds(5));
    }

    @Test
    void aDrainedPoolHasClosedEverySessionAndLetsNobodyIn() throws Exception {
        SessionPool pool = pool(2);
        pool.withSession(in(1000), () -> {}, session -> session);
        assertThat(pool.drain(Duration.ofSeconds(5))).isTrue();
        pool.closeAll();
        assertThat(cryptoki.calls()).filteredOn("C_CloseSession"::equals).hasSize(1);
        assertThatThrownBy(() -> pool.withSession(in(10_000), () -> {}, session -> session))
                .isInstanceOfSatisfying(
                        SigningUnavailableException.class,
                        e -> assertThat(e.retryable()).isFalse());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void noSessionIsOpenedInPlaceOfOneThatIsBeingChecked(int minimumIdle) throws Exception {
        CountDownLatch checks = new CountDownLatch(1);
        Cryptoki slow = new DelegatingCryptoki(cryptoki) {
            @Override
            public boolean isLoggedIn(long session) {
                return await(checks);
            }
        };
        Duration never = Duration.ofHours(1);
        SessionPool pool =
                pool(Scheduler.system(), slow, new PoolSettings(8, minimumIdle, 4, never, Duration.ZERO, never, never));
        pool.fill();
        Await.until(
                Duration.ofSeconds(10),
                "the pool is filled",
                () -> pool.statistics().idle() == minimumIdle);
        pool.maintain();
        checks.countDown();
        assertThat(pool.drain(Duration.ofSeconds(5))).isTrue();
        assertThat(cryptoki.calls()).filteredOn("C_OpenSession"::equals).hasSize(minimumIdle);
    }

    /** Otherwise two openings in turn, of which one fails, would come as fast as the token answers. */
    @Test
    void anOpeningThatSucceedsDoesNotForgetThoseThatFailed() throws Exception {
        Queue<Boolean> script = new ConcurrentLinkedQueue<>(List.of(false, false, false, true, false, true, false));
        Cryptoki failing = new DelegatingCryptoki(cryptoki) {
            @Override
            public long openSession(long slotId) throws CryptokiException {
                if (Boolean.FALSE.equals(script.poll())) {
                    throw new CryptokiException("C_OpenSession", ReturnValue.FUNCTION_FAILED);
                }
                return super.openSession(slotId);
            }
        };
        RecordedPauses pauses = new RecordedPauses();
        Duration never = Duration.ofHours(1);
        SessionPool pool = pool(pauses, failing, new PoolSettings(4, 4, 1, never, never, never, never));
        pool.fill();
        Await.until(
                Duration.ofSeconds(10),
                "the pool is filled",
                () -> pool.statistics().idle() == 4);
        assertThat(pauses.all).extracting(Duration::toMillis).containsExactly(20L, 40L, 80L, 80L, 80L);
        pool.drain(Duration.ofSeconds(5));
    }

    /** The scheduler of the platform, which remembers the pauses that were asked for. */
    private static final class RecordedPauses implements Scheduler {

        private final List<Duration> all = new CopyOnWriteArrayList<>();
        private final Scheduler target = Scheduler.system();

        @Override
        public long nanoTime() {
            return target.nanoTime();
        }

        @Override
        public void parkNanos(Object blocker, long nanos) {
            target.parkNanos(blocker, nanos);
        }

        @Override
        public void unpark(Thread thread) {
            target.unpark(thread);
        }

        @Override
        public RandomGenerator random() {
            return target.random();
        }

        @Override
        public TaskThreads threads(String name) {
            TaskThreads threads = target.threads(name);
            return (TaskThreads) Proxy.newProxyInstance(
                    TaskThreads.class.getClassLoader(), new Class<?>[] {TaskThreads.class}, (proxy, method, given) -> {
                        if (method.getName().equals("schedule")) {
                            all.add((Duration) given[0]);
                        }
                        return method.invoke(threads, given);
                    });
        }
    }
}
