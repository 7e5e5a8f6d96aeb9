package io.github.hsmsigner.pkcs11;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.Digest;
import io.github.hsmsigner.core.DigestAlgorithm;
import io.github.hsmsigner.core.SignatureAlgorithm;
import io.github.hsmsigner.core.error.SigningUnavailableException;
import io.github.hsmsigner.core.error.SigningUnavailableException.Reason;
import io.github.hsmsigner.pkcs11.health.Pkcs11Listener;
import io.github.hsmsigner.pkcs11.health.RecoverySettings;
import io.github.hsmsigner.pkcs11.health.TokenHealth;
import io.github.hsmsigner.pkcs11.internal.cryptoki.CryptokiModule;
import io.github.hsmsigner.pkcs11.internal.cryptoki.FaultyCryptoki;
import io.github.hsmsigner.pkcs11.internal.cryptoki.ReturnValue;
import io.github.hsmsigner.pkcs11.softhsm.SoftHsm;
import io.github.hsmsigner.testing.TestPki;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Listeners that throw and callers that leave early say nothing about the device, and cost nothing of it. */
@Timeout(60)
class ListenersAndCallersTest {

    private static final int SESSIONS = 4;
    private static final RecoverySettings QUICK = RecoverySettings.builder()
            .retryPauses(Duration.ofMillis(2), Duration.ofMillis(50))
            .probePauses(Duration.ofMillis(20), Duration.ofMillis(200))
            .build();

    private static SoftHsm.Token softToken;

    private FaultyCryptoki cryptoki;

    @BeforeAll
    static void makeToken() {
        softToken = SoftHsm.newToken();
        softToken.importKey(TestPki.keyPair("EC", 256), "key", "01");
    }

    private Pkcs11Token open(Pkcs11Listener events, RecoverySettings recovery) {
        return Pkcs11Token.open(
                Pkcs11Config.builder(SoftHsm.module())
                        .pin(PinSource.fixed(softToken.pin().toCharArray()))
                        .tokenLabel(softToken.label())
                        .maximumPoolSize(SESSIONS)
                        .minimumIdle(0)
                        .callingThread(CallingThread.MODULE)
                        .listener(events)
                        .recovery(recovery)
                        .build(),
                target -> cryptoki = new FaultyCryptoki(target));
    }

    private static byte[] sign(Pkcs11Signer signer, Duration time) {
        return signer.sign(
                SignatureAlgorithm.ECDSA_SHA256,
                Digest.compute(DigestAlgorithm.SHA256, new byte[] {1}),
                Deadline.after(time));
    }

    private static byte[] sign(Pkcs11Signer signer) {
        return sign(signer, Duration.ofSeconds(10));
    }

    private static Pkcs11Listener throwing(boolean error, Set<String> called) {
        return (Pkcs11Listener) Proxy.newProxyInstance(
                Pkcs11Listener.class.getClassLoader(),
                new Class<?>[] {Pkcs11Listener.class},
                (proxy, method, arguments) -> {
                    called.add(method.getName());
                    if (error) {
                        throw new StackOverflowError(method.getName());
                    }
                    throw new IllegalStateException(method.getName());
                });
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aListenerThatThrowsCostsNoSessionAndNoInitialisation(boolean error) throws Exception {
        Set<String> called = ConcurrentHashMap.newKeySet();
        CountDownLatch release = new CountDownLatch(1);
        RecoverySettings settings =
                QUICK.toBuilder().hangLimit(Duration.ofMillis(50)).build();
        Pkcs11Token token = open(throwing(error, called), settings);
        try (token;
                CryptokiModule share = CryptokiModule.open(SoftHsm.module())) {
            Pkcs11Signer signer = token.signer(KeySelector.byLabel("key"));
            for (int i = 0; i < 2 * SESSIONS; i++) {
                sign(signer);
            }
            cryptoki.fault(function -> {
                if (function.equals("C_Sign")) {
                    awaitLatch(release);
                }
            });
            assertThatThrownBy(() -> sign(signer, Duration.ofMillis(20)))
                    .isInstanceOf(SigningUnavailableException.class);
            await("the call hangs", () -> called.contains("callHung"));
            release.countDown();
            await("the call returns", () -> called.contains("hungCallReturned"));
            cryptoki.answer(ReturnValue.DEVICE_ERROR);
            await("the circuit breaker opens", () -> isRefused(signer) && called.contains("breakerOpened"));
            cryptoki.good();
            await("the circuit breaker closes", () -> token.health().usable());
            assertThat(share.reinitialize(share.epoch(), Duration.ofSeconds(10)))
                    .isTrue();
            assertThat(sign(signer)).isNotEmpty();
            await("no session is in use", () -> token.sessions().inUse() == 0);
        }
        assertThat(called)
                .contains("sessionOpened", "sessionClosed", "loggedIn", "recovered", "breakerClosed", "moduleUsed");
        assertThat(token.sessions().closed()).isEqualTo(token.sessions().opened());
    }

    private static boolean isRefused(Pkcs11Signer signer) {
        try {
            sign(signer, Duration.ofMillis(200));
            return false;
        } catch (SigningUnavailableException e) {
            return true;
        }
    }

    @Test
    void callersThatAreInterruptedDoNotCountAgainstTheToken() throws InterruptedException {
        CountDownLatch entered = new CountDownLatch(SESSIONS);
        CountDownLatch release = new CountDownLatch(1);
        List<String> opened = new ArrayList<>();
        try (Pkcs11Token token = open(
                new Pkcs11Listener() {
                    @Override
                    public void breakerOpened(String reason) {
                        opened.add(reason);
                    }
                },
                QUICK)) {
            Pkcs11Signer signer = token.signer(KeySelector.byLabel("key"));
            cryptoki.fault(function -> {
                if (function.equals("C_Sign")) {
                    entered.countDown();
                    awaitLatch(release);
                }
            });
            Queue<Reason> reasons = new ConcurrentLinkedQueue<>();
            List<Thread> callers = new ArrayList<>();
            for (int i = 0; i < SESSIONS; i++) {
                Thread caller = new Thread(() -> {
                    try {
                        sign(signer);
                    } catch (SigningUnavailableException e) {
                        reasons.add(e.reason());
                    }
                });
                callers.add(caller);
                caller.start();
            }
            entered.await();
            callers.forEach(Thread::interrupt);
            for (Thread caller : callers) {
                caller.join();
            }
            assertThat(reasons).hasSize(SESSIONS).containsOnly(Reason.LATE);
            assertThat(token.health()).isEqualTo(TokenHealth.healthy());
            assertThat(token.sessions().hungCalls()).isZero();
            release.countDown();
            await("the sessions are returned", () -> token.sessions().idle() == SESSIONS);
            assertThat(token.sessions().closed()).isZero();
            assertThat(opened).isEmpty();
        }
    }

    @Test
    void deadlinesThatAreTooShortCloseNoSession() {
        try (Pkcs11Token token = open(Pkcs11Listener.none(), QUICK)) {
            Pkcs11Signer signer = token.signer(KeySelector.byLabel("key"));
            AtomicReference<CountDownLatch> release = new AtomicReference<>();
            cryptoki.fault(function -> {
                if (function.equals("C_Sign")) {
                    awaitLatch(release.get());
                }
            });
            for (int i = 0; i < 50; i++) {
                release.set(new CountDownLatch(1));
                isRefusedAfter(signer, Duration.ofMillis(1));
                release.get().countDown();
            }
            assertThat(sign(signer)).isNotEmpty();
            await("the calls return", () -> token.sessions().inUse() == 0);
            assertThat(token.sessions().closed()).isZero();
            assertThat(token.sessions().opened()).isLessThanOrEqualTo(SESSIONS);
            assertThat(token.health()).isEqualTo(TokenHealth.healthy());
        }
    }

    private static void isRefusedAfter(Pkcs11Signer signer, Duration time) {
        assertThatThrownBy(() -> sign(signer, time))
                .isInstanceOfSatisfying(
                        SigningUnavailableException.class,
                        e -> assertThat(e.reason()).isIn(Reason.LATE, Reason.BUSY));
    }

    private static void await(String what, BooleanSupplier condition) {
        Await.until(Duration.ofSeconds(20), what, condition);
    }

    private static void awaitLatch(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
