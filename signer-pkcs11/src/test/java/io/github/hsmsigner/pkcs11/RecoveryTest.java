package io.github.hsmsigner.pkcs11;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
import java.util.concurrent.locks.LockSupport;
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

    private static final Duration DEADLINE = Duration.ofSeconds(5);
    private static final RecoverySettings QUICK = RecoverySettings.builder()
            .retryPauses(Duration.ofMillis(2), Duration.ofMillis(50))
            .probePauses(Duration.ofMillis(20), Duration.ofMillis(200))
            .pinCheckPause(Duration.ofMillis(30))
            .drainLimit(Duration.ofSeconds(2))
            .hangLimit(Duration.ofMillis(300))
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
                    share.reinitialize(share.epoch(), Duration.ofSeconds(5));
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
            Await.until(
                    Duration.ofSeconds(2),
                    "the breaker opens",
                    () -> !token.health().usable());
            int callsAtOnce = cryptoki.count("C_SignInit") + cryptoki.count("C_OpenSession");
            long end = System.nanoTime() + outage.toNanos();
            Await.until(outage.plusSeconds(1), "the outage ends", () -> System.nanoTime() > end);
            assertThatThrownBy(() -> sign(DEADLINE)).isInstanceOfSatisfying(SigningUnavailableException.class, e -> {
                assertThat(e.retryable()).isTrue();
                assertThat(e.retryAfter()).isPresent();
                assertThat(e).hasMessageContaining("CKR_" + error.name()).hasMessageContaining(softToken.label());
            });
            assertThat(load.failures()).isNotEmpty().allMatch(SigningUnavailableException.class::isInstance);
            assertThat(cryptoki.count("C_SignInit") + cryptoki.count("C_OpenSession") - callsAtOnce)
                    .as("only the probe calls")
                    .isLessThan(150);

            cryptoki.good();
            long good = System.nanoTime();
            long made = load.made();
            Await.until(Duration.ofSeconds(1), "signing again", () -> load.made() > made);
            assertThat(Duration.ofNanos(System.nanoTime() - good)).isLessThan(Duration.ofSeconds(1));
            assertThat(token.health()).isEqualTo(TokenHealth.healthy());
            assertThat(log.lines().stream().filter(l -> l.startsWith("WARN") || l.startsWith("ERROR")))
                    .as("one line for the change of state")
                    .singleElement()
                    .asString()
                    .contains("requests are refused until a probe succeeds");
            Await.until(
                    Duration.ofSeconds(1), "the log says so", () -> log.text().contains("works again"));
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
            Await.until(
                    Duration.ofSeconds(10),
                    "the health says so",
                    () -> !token.health().usable() || share.epoch() > first);
            load.awaitMore(50);
            assertThat(share.epoch()).isEqualTo(first + 1);
        }
        assertThat(token.health()).isEqualTo(TokenHealth.healthy());
    }

    @Test
    void anErrorInAProbeDoesNotEndTheProbes() {
        cryptoki.answer(ReturnValue.DEVICE_ERROR);
        Await.until(Duration.ofSeconds(5), "the breaker opens", () -> {
            assertThatThrownBy(() -> sign(DEADLINE)).isInstanceOf(SigningUnavailableException.class);
            return !token.health().usable();
        });
        AtomicInteger errors = new AtomicInteger();
        try (CapturedLog log = new CapturedLog()) {
            cryptoki.fault(function -> {
                throw new StackOverflowError("error " + errors.incrementAndGet());
            });
            Await.until(
                    Duration.ofSeconds(10),
                    "a probe fails",
                    () -> log.text().contains("The probe failed; the next one follows."));
            cryptoki.good();
            Await.until(
                    Duration.ofSeconds(10),
                    "the breaker closes",
                    () -> token.health().usable());
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
            Await.until(
                    Duration.ofSeconds(10),
                    "an error is logged",
                    () -> log.text().contains("A session could not be closed"));
            cryptoki.good();
            sign(DEADLINE);
            Await.until(
                    Duration.ofSeconds(10),
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
        });
        try (Load load = new Load(signer, DEADLINE)) {
            load.awaitMore(100);
            assertThat(token.sessions().capacity()).isLessThan(8);
            assertThat(token.health().usable()).isTrue();
            limit.set(100);
            Await.until(
                    Duration.ofSeconds(5),
                    "the pool grows back",
                    () -> token.sessions().capacity() == 8);
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
        Await.until(
                Duration.ofSeconds(5),
                "idle sessions are closed",
                () -> token.sessions().idle() == 0);
        sign(DEADLINE);
        assertThat(cryptoki.count("C_Login")).isEqualTo(1);
    }

    @Test
    void callersOfHungCallsAreAnsweredAndTheOthersSignOn() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        AtomicInteger toHang = new AtomicInteger(3);
        open(config().recovery(QUICK.toBuilder().hungCallLimit(3).build()).build());
        cryptoki.fault(function -> {
            if (function.equals("C_Sign") && toHang.getAndDecrement() > 0) {
                awaitForever(release);
            }
        });
        for (int i = 1; i <= 3; i++) {
            long start = System.nanoTime();
            assertThatThrownBy(() -> sign(Duration.ofMillis(100)))
                    .isInstanceOf(SigningUnavailableException.class)
                    .hasMessageContaining("did not return before the deadline");
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofMillis(1000));
            int hanging = i;
            Await.until(
                    Duration.ofSeconds(5),
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
        Await.until(
                Duration.ofSeconds(5),
                "the calls come back",
                () -> token.sessions().hungCalls() == 0);
        assertThat(token.health()).isEqualTo(TokenHealth.healthy());
    }

    @Test
    void aSignatureOfAHungCallIsReportedOnceItComesAndAnErrorIsNot() {
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
            Deadline soon = Deadline.after(Duration.ofMillis(50)).withListener((origin, time) -> late.add(origin));
            assertThatThrownBy(() -> signer.sign(SignatureAlgorithm.RSA_PKCS1_SHA256, digest, soon))
                    .isInstanceOf(SigningUnavailableException.class);
        }
        Deadline enough = Deadline.after(DEADLINE).withListener((origin, time) -> late.add(origin));
        signer.sign(SignatureAlgorithm.RSA_PKCS1_SHA256, digest, enough);
        assertThat(late).as("nothing is late yet").isEmpty();

        release.countDown();
        Await.until(
                Duration.ofSeconds(5),
                "the calls come back",
                () -> token.sessions().hungCalls() == 0 && failed.getCount() == 0 && !late.isEmpty());
        assertThat(late).singleElement().asString().contains("label \"key\"", softToken.label());
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
        CountDownLatch release = new CountDownLatch(1);
        AtomicInteger toHang = new AtomicInteger(1);
        cryptoki.fault(function -> {
            if (function.equals("C_Sign") && toHang.getAndDecrement() > 0) {
                awaitForever(release);
            }
        });
        assertThatThrownBy(() -> sign(Duration.ofMillis(100))).isInstanceOf(SigningUnavailableException.class);
        long epoch;
        try (CryptokiModule share = CryptokiModule.open(SoftHsm.module())) {
            epoch = share.epoch();
            cryptoki.answer(ReturnValue.CRYPTOKI_NOT_INITIALIZED);
            assertThatThrownBy(() -> sign(DEADLINE))
                    .isInstanceOf(SigningUnavailableException.class)
                    .hasMessageContaining("cannot be initialised again, because a call in it does not return");
            assertThat(token.health().usable()).isFalse();
            assertThat(share.epoch()).isEqualTo(epoch);
            release.countDown();
            Await.until(Duration.ofSeconds(5), "it is initialised", () -> share.epoch() > epoch);
            cryptoki.good();
            Await.until(
                    Duration.ofSeconds(5),
                    "it works again",
                    () -> token.health().usable());
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
            Await.until(Duration.ofSeconds(10), "four probes", () -> cryptoki.count("C_GetSlotList") >= probes);
            assertThat(share.epoch()).isEqualTo(epoch);
            other.close();
            Await.until(Duration.ofSeconds(5), "the module is initialised again", () -> share.epoch() > epoch);
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
            Await.until(Duration.ofSeconds(10), "two more logins", () -> cryptoki.count("C_Login") >= 3);
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
        assertThatThrownBy(() -> sign(Duration.ofMillis(100))).isInstanceOf(SigningUnavailableException.class);
        long start = System.nanoTime();
        token.close();
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(3));
        release.countDown();
        Await.until(
                Duration.ofSeconds(5),
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
