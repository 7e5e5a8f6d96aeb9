package io.github.hsmsigner.pkcs11;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.Digest;
import io.github.hsmsigner.core.DigestAlgorithm;
import io.github.hsmsigner.core.SignatureAlgorithm;
import io.github.hsmsigner.core.error.SigningUnavailableException;
import io.github.hsmsigner.pkcs11.health.RecoverySettings;
import io.github.hsmsigner.pkcs11.internal.cryptoki.CryptokiException;
import io.github.hsmsigner.pkcs11.internal.cryptoki.CryptokiModule;
import io.github.hsmsigner.pkcs11.internal.cryptoki.FaultyCryptoki;
import io.github.hsmsigner.pkcs11.internal.cryptoki.ReturnValue;
import io.github.hsmsigner.pkcs11.internal.scheduling.Scheduler;
import io.github.hsmsigner.pkcs11.internal.scheduling.TaskThreads;
import io.github.hsmsigner.pkcs11.softhsm.SoftHsm;
import io.github.hsmsigner.testing.TestPki;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An outage ends although something else goes wrong meanwhile. */
@Timeout(60)
class OutageTest {

    private static SoftHsm.Token softToken;

    private final FailingThreads scheduler = new FailingThreads();
    private FaultyCryptoki cryptoki;
    private Pkcs11Token token;

    @BeforeAll
    static void makeToken() {
        softToken = SoftHsm.newToken();
        softToken.importKey(TestPki.keyPair("EC", 256), "key", "01");
        softToken.importKey(TestPki.keyPair("EC", 256), "to be deleted", "02");
    }

    @BeforeEach
    void open() {
        token = Pkcs11Token.open(
                Pkcs11Config.builder(SoftHsm.module())
                        .pin(PinSource.fixed(softToken.pin().toCharArray()))
                        .tokenLabel(softToken.label())
                        .maximumPoolSize(4)
                        .minimumIdle(0)
                        .idleTimeout(Duration.ofMillis(20))
                        .callingThread(CallingThread.CALLER)
                        .recovery(RecoverySettings.builder()
                                .retryPauses(Duration.ofMillis(2), Duration.ofMillis(50))
                                .probePauses(Duration.ofMillis(20), Duration.ofMillis(200))
                                .build())
                        .build(),
                () -> CryptokiModule.open(SoftHsm.module()),
                target -> cryptoki = new FaultyCryptoki(target),
                Duration.ofSeconds(10),
                scheduler);
    }

    @AfterEach
    void close() {
        token.close();
    }

    private Pkcs11Signer signer(String label) {
        return token.signer(KeySelector.byLabel(label));
    }

    private static boolean signs(Pkcs11Signer signer) {
        try {
            signer.sign(
                    SignatureAlgorithm.ECDSA_SHA256,
                    Digest.compute(DigestAlgorithm.SHA256, new byte[] {1}),
                    Deadline.after(Duration.ofSeconds(1)));
            return true;
        } catch (SigningUnavailableException e) {
            return false;
        }
    }

    private static void await(String what, BooleanSupplier condition) {
        Await.until(Duration.ofSeconds(20), what, condition);
    }

    private void breakDown(Pkcs11Signer signer) {
        cryptoki.answer(ReturnValue.DEVICE_ERROR);
        await(
                "the circuit breaker opens",
                () -> !signs(signer) && !token.health().usable());
    }

    @Test
    void otherKeysSignAgainAlthoughTheKeyThatFailedLastWasDeleted() {
        Pkcs11Signer other = signer("key");
        breakDown(signer("to be deleted"));
        softToken.tool("--delete-object", "--type", "privkey", "--id", "02");
        int logins = cryptoki.count("C_Login");
        cryptoki.good();
        await("the other key signs", () -> signs(other));
        assertThat(token.health().usable()).isTrue();
        assertThat(cryptoki.count("C_Login") - logins).isLessThan(10);
    }

    @Test
    void theLoginIsRenewedAlthoughNoThreadCouldBeStartedForIt() {
        Pkcs11Signer signer = signer("key");
        assertThat(signs(signer)).isTrue();
        int logins = cryptoki.count("C_Login");
        cryptoki.fault(function -> {
            if (function.equals("C_Sign") && cryptoki.count("C_Login") == logins) {
                throw new CryptokiException(function, ReturnValue.USER_NOT_LOGGED_IN);
            }
        });
        scheduler.failing = true;
        assertThat(signs(signer)).isFalse();
        assertThat(cryptoki.count("C_Login")).isEqualTo(logins);
        scheduler.failing = false;
        await("the key signs", () -> signs(signer));
    }

    @Test
    void probesContinueAlthoughNoThreadCouldBeStartedForOne() {
        Pkcs11Signer signer = signer("key");
        breakDown(signer);
        int failed = scheduler.failed.get();
        scheduler.failing = true;
        await("a probe is not started", () -> scheduler.failed.get() > failed);
        cryptoki.good();
        scheduler.failing = false;
        await("the key signs", () -> signs(signer));
    }

    @Test
    void housekeepingContinuesAlthoughNoThreadCouldBeStartedForIt() {
        Pkcs11Signer signer = signer("key");
        // The threads run out while a session is in use, so that it is idle only afterwards.
        cryptoki.fault(function -> scheduler.failing |= function.equals("C_Sign"));
        assertThat(signs(signer)).isTrue();
        await("no thread can be started to close the idle session", () -> scheduler.failed.get() > 0);
        cryptoki.good();
        scheduler.failing = false;
        await("idle sessions are closed", () -> token.sessions().idle() == 0 && cryptoki.count("C_CloseSession") > 0);
        assertThat(signs(signer)).isTrue();
    }

    /** A process that is at its limit of threads for a while. */
    private static final class FailingThreads implements Scheduler {

        private final AtomicInteger failed = new AtomicInteger();
        private volatile boolean failing;

        @Override
        public long nanoTime() {
            return Scheduler.system().nanoTime();
        }

        @Override
        public void parkNanos(Object blocker, long nanos) {
            Scheduler.system().parkNanos(blocker, nanos);
        }

        @Override
        public void unpark(Thread thread) {
            Scheduler.system().unpark(thread);
        }

        @Override
        public RandomGenerator random() {
            return Scheduler.system().random();
        }

        @Override
        public TaskThreads threads(String name) {
            TaskThreads target = Scheduler.system().threads(name);
            return new TaskThreads() {
                @Override
                public void execute(Runnable task) {
                    if (failing) {
                        failed.incrementAndGet();
                        throw new OutOfMemoryError("unable to create native thread");
                    }
                    target.execute(task);
                }

                @Override
                public void schedule(Duration delay, Runnable task) throws RejectedExecutionException {
                    target.schedule(delay, task);
                }

                @Override
                public void closeTimer() {
                    target.closeTimer();
                }

                @Override
                public boolean isTimerClosed() {
                    return target.isTimerClosed();
                }

                @Override
                public void close() {
                    target.close();
                }
            };
        }
    }
}
