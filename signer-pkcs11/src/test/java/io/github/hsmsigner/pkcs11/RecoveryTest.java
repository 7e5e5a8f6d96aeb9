package io.github.hsmsigner.pkcs11;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.Digest;
import io.github.hsmsigner.core.DigestAlgorithm;
import io.github.hsmsigner.core.SignatureAlgorithm;
import io.github.hsmsigner.core.error.InternalSigningException;
import io.github.hsmsigner.core.error.SigningUnavailableException;
import io.github.hsmsigner.pkcs11.health.RecoverySettings;
import io.github.hsmsigner.pkcs11.health.SessionStatistics;
import io.github.hsmsigner.pkcs11.health.TokenHealth;
import io.github.hsmsigner.pkcs11.internal.cryptoki.CryptokiException;
import io.github.hsmsigner.pkcs11.internal.cryptoki.CryptokiModule;
import io.github.hsmsigner.pkcs11.internal.cryptoki.FaultyCryptoki;
import io.github.hsmsigner.pkcs11.internal.cryptoki.ReturnValue;
import io.github.hsmsigner.pkcs11.internal.cryptoki.SameProcess;
import io.github.hsmsigner.pkcs11.softhsm.SoftHsm;
import io.github.hsmsigner.testing.CapturedLog;
import io.github.hsmsigner.testing.TestPki;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What happens to sixteen signing threads when something breaks. */
@Timeout(60)
class RecoveryTest {

    /** Longer than a loaded machine takes. Nothing waits for its end. */
    private static final Duration DEADLINE = Duration.ofSeconds(20);

    private static final Duration HANG_LIMIT = Duration.ofMillis(300);

    /** No call counts as hanging because the machine is loaded. */
    private static final RecoverySettings QUICK = RecoverySettings.builder()
            .retryPauses(Duration.ofMillis(2), Duration.ofMillis(50))
            .probePauses(Duration.ofMillis(20), Duration.ofMillis(200))
            .pinCheckPause(Duration.ofMillis(30))
            .drainLimit(DEADLINE)
            .hangLimit(DEADLINE)
            .build();

    private static SoftHsm.Token softToken;
    private static SoftHsm.Token otherToken;

    private final SameProcess sameProcess = new SameProcess(SoftHsm.module());
    private FaultyCryptoki cryptoki;
    private Pkcs11Token token;
    private Pkcs11Signer signer;

    @BeforeAll
    static void makeToken() {
        otherToken = SoftHsm.newToken();
        softToken = SoftHsm.newToken();
        softToken.importKey(TestPki.rsaKeyPair(2048), "other", "01");
        softToken.importKey(TestPki.rsaKeyPair(2048), "key", "02");
    }

    private static Pkcs11Config.Builder config() {
        return Pkcs11Config.builder(SoftHsm.module())
                .pin(PinSource.fixed(softToken.pin().toCharArray()))
                .tokenLabel(softToken.label())
                .maximumPoolSize(8)
                .callingThread(CallingThread.MODULE)
                .recovery(QUICK);
    }

    @BeforeEach
    void open() {
        open(config().build());
    }

    private void open(Pkcs11Config config) {
        if (token != null) {
            token.close();
        }
        token = Pkcs11Token.open(config, target -> cryptoki = new FaultyCryptoki(target));
        signer = token.signer(KeySelector.byLabel("key"));
    }

    @AfterEach
    void close() {
        cryptoki.good();
        token.close();
        SessionStatistics sessions = token.sessions();
        assertThat(sessions.closed()).isEqualTo(sessions.opened());
    }

    private long slot() {
        return Long.parseLong(token.toString().replaceAll(".*slot (\\d+),.*", "$1"));
    }

    private byte[] sign(Duration deadline) {
        return signer.sign(
                SignatureAlgorithm.RSA_PKCS1_SHA256,
                Digest.compute(DigestAlgorithm.SHA256, new byte[] {1}),
                Deadline.after(deadline));
    }

    private Load assertNobodyNotices(Runnable fault) {
        Load load = new Load(signer, DEADLINE);
        try (load) {
            load.awaitMore(50);
            fault.run();
            load.awaitMore(200);
        }
        assertThat(load.failures()).isEmpty();
        assertThat(load.wrongSignatures()).isZero();
        assertThat(token.health()).isEqualTo(TokenHealth.healthy());
        return load;
    }

    @Test
    void whenAllSessionsAreGoneThereIsOneLoginAtMost() {
        assertNobodyNotices(() -> cryptoki.whileNobodyCalls(() -> sameProcess.closeAllSessions(slot())));
        assertThat(cryptoki.count("C_Login")).isLessThanOrEqualTo(2);
    }

    @Test
    void whenAllSessionHandlesAnswerInvalidOnceNobodyNotices() {
        assertNobodyNotices(() -> cryptoki.answer("C_Sign", 8, ReturnValue.SESSION_HANDLE_INVALID));
        assertThat(cryptoki.count("C_Login")).isLessThanOrEqualTo(2);
    }

    @Test
    void whenTheLoginIsLostThereIsExactlyOneNew() {
        assertNobodyNotices(() -> cryptoki.whileNobodyCalls(() -> sameProcess.logout(slot())));
        assertThat(cryptoki.count("C_Login")).isEqualTo(2);
    }

    /** Requests make a probe suspicious and renew the login. The probe fails before that, and learns of it later. */
    @Test
    void aProbeThatFailedBeforeTheNewLoginDoesNotLogInAgain() {
        CountDownLatch failed = new CountDownLatch(1);
        CountDownLatch signing = new CountDownLatch(1);
        CountDownLatch probed = new CountDownLatch(1);
        ThreadLocal<String> before = ThreadLocal.withInitial(() -> "");
        AtomicReference<Thread> probe = new AtomicReference<>();
        assertNobodyNotices(() -> {
            cryptoki.fault(function -> {
                if (function.equals("C_GetTokenInfo")) {
                    awaitForever(failed);
                } else if (function.equals("C_GetSessionInfo") && before.get().equals(function)) {
                    // A probe asks once because the key is missing, and once more because its signature failed.
                    probe.compareAndSet(null, Thread.currentThread());
                } else if (function.equals("C_CloseSession") && probe.get() == Thread.currentThread()) {
                    failed.countDown();
                    awaitForever(signing);
                } else if (function.equals("C_Sign") && failed.getCount() == 0) {
                    signing.countDown();
                    if (probe.get() == Thread.currentThread()) {
                        probed.countDown();
                    }
                }
                before.set(function);
            });
            cryptoki.whileNobodyCalls(() -> sameProcess.logout(slot()));
            awaitForever(probed);
        });
        assertThat(cryptoki.count("C_Login")).isEqualTo(2);
    }

    @Test
    void whenTheKeyHandleIsInvalidTheKeyIsLookedUpAgain() {
        int before = cryptoki.count("C_FindObjects");
        assertNobodyNotices(() -> cryptoki.answer("C_SignInit", 8, ReturnValue.KEY_HANDLE_INVALID));
        assertThat(cryptoki.count("C_FindObjects")).isGreaterThan(before);
        assertThat(cryptoki.count("C_Login")).isEqualTo(1);
    }

    @Test
    void whenTheModuleIsInitializedAnewByAnotherShareNobodyNotices() throws Exception {
        try (CryptokiModule share = CryptokiModule.open(SoftHsm.module())) {
            assertNobodyNotices(() -> {
                try {
                    share.reinitialize(share.epoch(), DEADLINE);
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            });
        }
        assertThat(cryptoki.count("C_Login")).isEqualTo(2);
    }

    @Test
    void whenTheModuleIsFinalizedByOthersItIsInitializedAndNobodyNotices() {
        assertNobodyNotices(() -> cryptoki.whileNobodyCalls(sameProcess::finalizeModule));
        assertThat(cryptoki.count("C_Login")).isEqualTo(2);
    }

    @Test
    void throttlingIsWaitedOut() {
        AtomicInteger signatures = new AtomicInteger();
        assertNobodyNotices(() -> cryptoki.fault(function -> {
            if (function.equals("C_Sign") && signatures.incrementAndGet() % 5 == 0) {
                throw new CryptokiException(function, ReturnValue.FUNCTION_FAILED);
            }
        }));
    }

    @ParameterizedTest
    @EnumSource(names = {"DEVICE_ERROR", "GENERAL_ERROR", "TOKEN_NOT_PRESENT"})
    void aDeviceThatFailsIsLeftInPeaceAndUsedAgainWithinASecondOfBeingGood(ReturnValue error) {
        Duration outage = Duration.ofMillis(error == ReturnValue.DEVICE_ERROR ? 5000 : 700);
        try (CapturedLog log = new CapturedLog();
                Load load = new Load(signer, DEADLINE)) {
            load.awaitMore(50);
            cryptoki.answer(error);
            Await.until(DEADLINE, "the breaker opens", () -> !token.health().usable());
            int callsAtOnce = cryptoki.count("C_SignInit") + cryptoki.count("C_OpenSession");
            long end = System.nanoTime() + outage.toNanos();
            Await.until(outage.plus(DEADLINE), "the outage ends", () -> System.nanoTime() > end);
            assertThatThrownBy(() -> sign(DEADLINE)).isInstanceOfSatisfying(SigningUnavailableException.class, e -> {
                assertThat(e.retryable()).isTrue();
                assertThat(e.retryAfter())
                        .hasValueSatisfying(
                                nextProbe -> assertThat(nextProbe).isLessThanOrEqualTo(Duration.ofSeconds(1)));
                assertThat(e).hasMessageContaining("CKR_" + error.name()).hasMessageContaining(softToken.label());
            });
            assertThat(load.failures()).isNotEmpty().allMatch(SigningUnavailableException.class::isInstance);
            assertThat(cryptoki.count("C_SignInit") + cryptoki.count("C_OpenSession") - callsAtOnce)
                    .as("only the probe calls")
                    .isLessThan(150);

            cryptoki.good();
            long made = load.made();
            Await.until(DEADLINE, "signing again", () -> load.made() > made);
            assertThat(token.health()).isEqualTo(TokenHealth.healthy());
            assertThat(log.lines().stream().filter(l -> l.startsWith("WARN") || l.startsWith("ERROR")))
                    .as("one line for the change of state")
                    .singleElement()
                    .asString()
                    .contains("requests are refused until a probe succeeds");
            Await.until(DEADLINE, "the log says so", () -> log.text().contains("works again"));
        }
    }

    /**
     * The module of YubiHSM drops its session after 30 s without use, and then fails until C_Finalize and C_Initialize
     * (github.com/Yubico/yubihsm-shell, issues 242 and 541).
     */
    @ParameterizedTest
    @EnumSource(
            names = {
                "FUNCTION_FAILED",
                "SESSION_HANDLE_INVALID",
                "USER_NOT_LOGGED_IN",
                "OPERATION_NOT_INITIALIZED",
                "SESSION_COUNT",
                "DEVICE_MEMORY",
                "GENERAL_ERROR"
            })
    void anErrorThatOnlyCInitializeEndsIsEnded(ReturnValue error) throws Exception {
        assertEndedByCInitialize(error, ReturnValue.OK);
        assertThat(cryptoki.count("C_Login")).isLessThan(10);
    }

    /** What the module answers when it is asked for the login counts less than the error of the signature. */
    @ParameterizedTest
    @EnumSource(names = {"FUNCTION_NOT_SUPPORTED", "SESSION_HANDLE_INVALID", "DEVICE_ERROR"})
    void aLostLoginThatTheModuleDoesNotShowIsEnded(ReturnValue sessionInfo) throws Exception {
        assertEndedByCInitialize(ReturnValue.USER_NOT_LOGGED_IN, sessionInfo);
    }

    private void assertEndedByCInitialize(ReturnValue error, ReturnValue sessionInfo) throws Exception {
        open(config().recovery(
                        QUICK.toBuilder().noSuccessLimit(Duration.ofMillis(500)).build())
                .build());
        try (CryptokiModule share = CryptokiModule.open(SoftHsm.module());
                Load load = new Load(signer, DEADLINE)) {
            load.awaitMore(20);
            long first = share.epoch();
            cryptoki.fault(function -> {
                if (function.equals("C_Sign") && share.epoch() == first) {
                    throw new CryptokiException(function, error);
                }
                if (function.equals("C_GetSessionInfo") && sessionInfo != ReturnValue.OK && share.epoch() == first) {
                    throw new CryptokiException(function, sessionInfo);
                }
            });
            Await.until(DEADLINE, "the health says so", () -> !token.health().usable() || share.epoch() > first);
            load.awaitMore(50);
            assertThat(share.epoch()).isEqualTo(first + 1);
        }
        assertThat(token.health()).isEqualTo(TokenHealth.healthy());
    }

    @Test
    void anErrorInAProbeDoesNotEndTheProbes() {
        cryptoki.answer(ReturnValue.DEVICE_ERROR);
        Await.until(DEADLINE, "the breaker opens", () -> {
            assertThatThrownBy(() -> sign(DEADLINE)).isInstanceOf(SigningUnavailableException.class);
            return !token.health().usable();
        });
        AtomicInteger errors = new AtomicInteger();
        try (CapturedLog log = new CapturedLog()) {
            cryptoki.fault(function -> {
                throw new StackOverflowError("error " + errors.incrementAndGet());
            });
            Await.until(
                    DEADLINE, "a probe fails", () -> log.text().contains("The probe failed; the next one follows."));
            cryptoki.good();
            Await.until(DEADLINE, "the breaker closes", () -> token.health().usable());
            assertThat(sign(DEADLINE)).isNotEmpty();
            assertThat(log.text()).contains("ERROR");
        }
    }

    @Test
    void anErrorInHousekeepingDoesNotEndIt() {
        open(config().idleTimeout(Duration.ofMillis(20)).minimumIdle(0).build());
        sign(DEADLINE);
        AtomicInteger errors = new AtomicInteger();
        try (CapturedLog log = new CapturedLog()) {
            cryptoki.fault(function -> {
                if (function.equals("C_CloseSession")) {
                    throw new StackOverflowError("error " + errors.incrementAndGet());
                }
            });
            Await.until(DEADLINE, "an error is logged", () -> log.text().contains("A session could not be closed"));
            cryptoki.good();
            sign(DEADLINE);
            Await.until(
                    DEADLINE,
                    "the idle sessions are closed",
                    () -> token.sessions().idle() == 0);
        }
    }

    @Test
    void aRefusedRequestIsNotTriedAgainAndHurtsNobody() {
        cryptoki.answer("C_SignInit", 1, ReturnValue.MECHANISM_INVALID);
        assertThatThrownBy(() -> sign(DEADLINE))
                .isInstanceOf(InternalSigningException.class)
                .hasMessageContaining("CKR_MECHANISM_INVALID");
        assertThat(sign(DEADLINE)).hasSize(256);
        assertThat(token.health()).isEqualTo(TokenHealth.healthy());
    }

    @Test
    void aRequestThatIsThrottledUntilItsDeadlineSaysSo() {
        // The pause before the second attempt is past any deadline.
        open(config().recovery(QUICK.toBuilder()
                        .retryPauses(Duration.ofDays(1_000), Duration.ofDays(1_000))
                        .build())
                .build());
        cryptoki.answer("C_Sign", Integer.MAX_VALUE, ReturnValue.FUNCTION_FAILED);
        assertThatThrownBy(() -> sign(DEADLINE)).isInstanceOfSatisfying(SigningUnavailableException.class, e -> {
            assertThat(e.retryable()).isTrue();
            assertThat(e).hasMessageContaining("C_Sign answered CKR_FUNCTION_FAILED");
        });
    }

    @Test
    void aTokenWithoutRoomForMoreSessionsIsUsedWithFewer() {
        open(config().recovery(
                        QUICK.toBuilder().regrowPause(Duration.ofMillis(200)).build())
                .build());
        AtomicInteger limit = new AtomicInteger(3);
        cryptoki.fault(function -> {
            SessionStatistics now = token.sessions();
            if (function.equals("C_OpenSession") && now.opened() - now.closed() >= limit.get()) {
                throw new CryptokiException(function, ReturnValue.SESSION_COUNT);
            }
            if (function.equals("C_Sign")) {
                // Long enough that the threads need more than three sessions, however few processors there are.
                LockSupport.parkNanos(2_000_000);
            }
        });
        try (Load load = new Load(signer, DEADLINE)) {
            load.awaitMore(100);
            Await.until(DEADLINE, "the pool shrinks", () -> token.sessions().capacity() < 8);
            assertThat(token.health().usable()).isTrue();
            limit.set(100);
            Await.until(DEADLINE, "the pool grows back", () -> token.sessions().capacity() == 8);
            assertThat(load.failures()).isEmpty();
        }
    }

    @Test
    void sessionsAreOpenedFewAtOnce() {
        open(config().maximumPoolSize(16).sessionsOpenedAtOnce(2).build());
        AtomicInteger atOnce = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        cryptoki.fault(function -> {
            if (function.equals("C_OpenSession")) {
                most.accumulateAndGet(atOnce.incrementAndGet(), Math::max);
                LockSupport.parkNanos(5_000_000);
                atOnce.decrementAndGet();
            }
        });
        try (Load load = new Load(signer, DEADLINE)) {
            load.awaitMore(200);
            assertThat(load.failures()).isEmpty();
        }
        assertThat(most.get()).isBetween(1, 2);
    }

    @Test
    void idleSessionsAreClosedAndTheLoginIsKept() {
        open(config().idleTimeout(Duration.ofMillis(100)).minimumIdle(0).build());
        try (Load load = new Load(signer, DEADLINE)) {
            load.awaitMore(50);
        }
        Await.until(DEADLINE, "idle sessions are closed", () -> token.sessions().idle() == 0);
        sign(DEADLINE);
        assertThat(cryptoki.count("C_Login")).isEqualTo(1);
    }

    @Test
    void callersOfHungCallsAreAnsweredAndTheOthersSignOn() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        AtomicInteger toHang = new AtomicInteger(3);
        open(config().recovery(
                        QUICK.toBuilder().hangLimit(HANG_LIMIT).hungCallLimit(3).build())
                .build());
        cryptoki.fault(function -> {
            if (function.equals("C_Sign") && toHang.getAndDecrement() > 0) {
                awaitForever(release);
            }
        });
        for (int i = 1; i <= 3; i++) {
            long start = System.nanoTime();
            assertHangs(toHang, () -> sign(Duration.ofMillis(100)));
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(DEADLINE);
            int hanging = i;
            Await.until(
                    DEADLINE,
                    "the call counts as hanging",
                    () -> token.sessions().hungCalls() == hanging);
            assertThat(token.health().state())
                    .isEqualTo(i < 3 ? TokenHealth.State.DEGRADED : TokenHealth.State.UNHEALTHY);
        }
        try (Load load = new Load(signer, DEADLINE)) {
            load.awaitMore(100);
            assertThat(load.failures()).isEmpty();
        }
        release.countDown();
        Await.until(DEADLINE, "the calls come back", () -> token.sessions().hungCalls() == 0);
        assertThat(token.health()).isEqualTo(TokenHealth.healthy());
    }

    @Test
    void aSignatureOfAHungCallIsReportedOnceItComesAndAnErrorIsNot() {
        open(config().recovery(QUICK.toBuilder().hangLimit(HANG_LIMIT).build()).build());
        CountDownLatch release = new CountDownLatch(1);
        CountDownLatch failed = new CountDownLatch(1);
        AtomicInteger calls = new AtomicInteger();
        cryptoki.fault(function -> {
            int call = function.equals("C_Sign") ? calls.incrementAndGet() : 0;
            if (call == 1 || call == 2) {
                awaitForever(release);
            }
            if (call == 2) {
                failed.countDown();
                throw new CryptokiException(function, ReturnValue.DEVICE_ERROR);
            }
        });
        List<String> late = new CopyOnWriteArrayList<>();
        Digest digest = Digest.compute(DigestAlgorithm.SHA256, new byte[] {1});
        for (int i = 1; i <= 2; i++) {
            assertHangs(calls, () -> {
                Deadline soon = Deadline.after(Duration.ofMillis(100)).withListener((origin, time) -> late.add(origin));
                signer.sign(SignatureAlgorithm.RSA_PKCS1_SHA256, digest, soon);
            });
        }
        Deadline enough = Deadline.after(DEADLINE).withListener((origin, time) -> late.add(origin));
        signer.sign(SignatureAlgorithm.RSA_PKCS1_SHA256, digest, enough);
        assertThat(late).as("nothing is late yet").isEmpty();

        release.countDown();
        Await.until(
                DEADLINE,
                "the calls come back",
                () -> token.sessions().hungCalls() == 0 && failed.getCount() == 0 && !late.isEmpty());
        assertThat(late).singleElement().asString().contains("label \"key\"", softToken.label());
    }

    /** On a loaded machine, the deadline may pass before the call is in the module. */
    private static void assertHangs(AtomicInteger counter, ThrowingCallable request) {
        int before = counter.get();
        Throwable failure;
        do {
            failure = catchThrowable(request);
            assertThat(failure).isInstanceOf(SigningUnavailableException.class);
        } while (counter.get() == before);
        assertThat(failure).hasMessageContaining("did not return before the deadline");
    }

    private static void awaitForever(CountDownLatch release) {
        try {
            release.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void aKeyWhoseAttributesCannotBeReadIsNoWarningForEachLookup() {
        AtomicInteger handles = new AtomicInteger(1);
        cryptoki.fault(function -> {
            if (function.equals("C_SignInit") && handles.getAndDecrement() > 0) {
                throw new CryptokiException(function, ReturnValue.KEY_HANDLE_INVALID);
            }
            if (function.equals("C_GetAttributeValue")) {
                throw new CryptokiException(function, ReturnValue.FUNCTION_FAILED);
            }
        });
        try (CapturedLog log = new CapturedLog()) {
            for (int i = 0; i < 3; i++) {
                assertThatThrownBy(() -> sign(DEADLINE))
                        .isInstanceOf(SigningUnavailableException.class)
                        .hasMessageContaining("does not show the public half of the key with label \"key\" now");
            }
            assertThat(log.lines()).noneMatch(line -> line.startsWith("WARN") && line.contains("cannot be read"));
            assertThat(log.text()).contains("C_GetAttributeValue answered CKR_FUNCTION_FAILED");
        }
        cryptoki.good();
        assertThat(sign(DEADLINE)).hasSize(256);
    }

    @Test
    void theModuleIsNotFinalizedWhileACallHangsInIt() throws Exception {
        open(config().recovery(QUICK.toBuilder().hangLimit(HANG_LIMIT).build()).build());
        CountDownLatch release = new CountDownLatch(1);
        AtomicInteger toHang = new AtomicInteger(1);
        cryptoki.fault(function -> {
            if (function.equals("C_Sign") && toHang.getAndDecrement() > 0) {
                awaitForever(release);
            }
        });
        assertHangs(toHang, () -> sign(Duration.ofMillis(100)));
        Await.until(
                DEADLINE, "the call counts as hanging", () -> token.sessions().hungCalls() == 1);
        long epoch;
        try (CryptokiModule share = CryptokiModule.open(SoftHsm.module());
                CapturedLog log = new CapturedLog()) {
            epoch = share.epoch();
            cryptoki.answer(ReturnValue.CRYPTOKI_NOT_INITIALIZED);
            assertThatThrownBy(() -> sign(DEADLINE))
                    .isInstanceOf(SigningUnavailableException.class)
                    .hasMessageContaining("cannot be initialised again, because a call in it does not return");
            assertThat(token.health().usable()).isFalse();
            assertThat(share.epoch()).isEqualTo(epoch);
            assertThat(log.lines()).noneMatch(line -> line.startsWith("ERROR"));
            release.countDown();
            Await.until(DEADLINE, "it is initialised", () -> share.epoch() > epoch);
            cryptoki.good();
            Await.until(DEADLINE, "it works again", () -> token.health().usable());
            assertThat(sign(DEADLINE)).hasSize(256);
        }
    }

    @Test
    void aTokenThatFailsLeavesTheModuleToAnotherThatWorks() throws Exception {
        try (CryptokiModule share = CryptokiModule.open(SoftHsm.module())) {
            Pkcs11Token other = Pkcs11Token.open(config().build());
            long epoch = share.epoch();
            cryptoki.answer(ReturnValue.DEVICE_ERROR);
            assertThatThrownBy(() -> sign(DEADLINE)).isInstanceOf(SigningUnavailableException.class);
            int probes = cryptoki.count("C_GetSlotList") + 4;
            Await.until(DEADLINE, "four probes", () -> cryptoki.count("C_GetSlotList") >= probes);
            assertThat(share.epoch()).isEqualTo(epoch);
            other.close();
            Await.until(DEADLINE, "the module is initialised again", () -> share.epoch() > epoch);
        }
    }

    /** C_Logout ends the login of all sessions with a token, and of no other token. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aTokenThatFailsIsLoggedOutUnlessItWorksForAnother(boolean another) {
        SoftHsm.Token others = another ? softToken : otherToken;
        Pkcs11Config config = config().pin(PinSource.fixed(others.pin().toCharArray()))
                .tokenLabel(others.label())
                .build();
        try (Pkcs11Token works = Pkcs11Token.open(config)) {
            cryptoki.answer("C_SignInit", Integer.MAX_VALUE, ReturnValue.DEVICE_ERROR);
            assertThatThrownBy(() -> sign(DEADLINE)).isInstanceOf(SigningUnavailableException.class);
            Await.until(DEADLINE, "two more logins", () -> cryptoki.count("C_Login") >= 3);
            assertThat(cryptoki.count("C_Logout") > 0).isEqualTo(!another);
            assertThat(works.health().usable()).isTrue();
        }
    }

    @Test
    void closingWaitsForNoHungCallForLong() {
        CountDownLatch release = new CountDownLatch(1);
        AtomicInteger toHang = new AtomicInteger(1);
        open(config().recovery(
                        QUICK.toBuilder().drainLimit(Duration.ofMillis(200)).build())
                .build());
        cryptoki.fault(function -> {
            if (function.equals("C_Sign") && toHang.getAndDecrement() > 0) {
                awaitForever(release);
            }
        });
        assertHangs(toHang, () -> sign(Duration.ofMillis(100)));
        long start = System.nanoTime();
        token.close();
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(DEADLINE);
        release.countDown();
        Await.until(
                DEADLINE,
                "its session is closed",
                () -> token.sessions().closed() == token.sessions().opened());
    }

    @Test
    void everySteadySignatureIsTwoCallsOnTheCallersThreadToo() {
        for (CallingThread thread : List.of(CallingThread.CALLER, CallingThread.MODULE)) {
            open(config().callingThread(thread).minimumIdle(0).build());
            sign(DEADLINE);
            int others = cryptoki.count("C_OpenSession") + cryptoki.count("C_FindObjects");
            int inits = cryptoki.count("C_SignInit");
            for (int i = 0; i < 10; i++) {
                sign(DEADLINE);
            }
            assertThat(cryptoki.count("C_SignInit") - inits).isEqualTo(10);
            assertThat(cryptoki.count("C_OpenSession") + cryptoki.count("C_FindObjects"))
                    .isEqualTo(others);
        }
    }
}
