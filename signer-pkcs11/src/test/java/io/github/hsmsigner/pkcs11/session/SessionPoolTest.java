package io.github.hsmsigner.pkcs11.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.error.SigningUnavailableException;
import io.github.hsmsigner.pkcs11.cryptoki.CountingCryptoki;
import io.github.hsmsigner.pkcs11.cryptoki.CryptokiException;
import io.github.hsmsigner.pkcs11.cryptoki.CryptokiModule;
import io.github.hsmsigner.pkcs11.health.Pkcs11Events;
import io.github.hsmsigner.pkcs11.softhsm.SoftHsm;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SessionPoolTest {

    private final ExecutorService otherThread = Executors.newSingleThreadExecutor();
    private CryptokiModule module;
    private CountingCryptoki cryptoki;
    private ModuleCalls calls;
    private long slot;

    @BeforeEach
    void open() throws CryptokiException {
        SoftHsm.newToken();
        module = CryptokiModule.open(SoftHsm.module());
        cryptoki = new CountingCryptoki(module.cryptoki());
        slot = cryptoki.slotsWithToken().get(0);
        calls = new ModuleCalls(module, false, "test", Pkcs11Events.none(), () -> {});
    }

    @AfterEach
    void close() {
        otherThread.shutdownNow();
        calls.close();
        module.close();
    }

    private SessionPool pool(int capacity) throws CryptokiException {
        Generation generation = new Generation(module.epoch(), cryptoki.tokenInfo(slot), 0);
        return new SessionPool(cryptoki, module, calls, () -> generation, capacity, 1, Pkcs11Events.none());
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
}
