package io.github.hsmsigner.service.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hsmsigner.http.Client;
import io.github.hsmsigner.http.TestKey;
import io.github.hsmsigner.pkcs11.KeyPairType;
import io.github.hsmsigner.pkcs11.KeySelector;
import io.github.hsmsigner.pkcs11.ObservedToken;
import io.github.hsmsigner.pkcs11.PinSource;
import io.github.hsmsigner.pkcs11.Pkcs11Config;
import io.github.hsmsigner.pkcs11.Pkcs11Token;
import io.github.hsmsigner.pkcs11.contract.NssDatabase;
import io.github.hsmsigner.pkcs11.internal.cryptoki.Cryptoki;
import io.github.hsmsigner.pkcs11.internal.cryptoki.CryptokiException;
import io.github.hsmsigner.pkcs11.internal.cryptoki.CryptokiModule;
import io.github.hsmsigner.pkcs11.internal.cryptoki.DelegatingCryptoki;
import io.github.hsmsigner.pkcs11.internal.cryptoki.FaultyCryptoki;
import io.github.hsmsigner.pkcs11.internal.cryptoki.ReturnValue;
import io.github.hsmsigner.pkcs11.internal.cryptoki.TokenInfo;
import io.github.hsmsigner.pkcs11.softhsm.SoftHsm;
import io.github.hsmsigner.service.config.ShowsEffectOf;
import io.github.hsmsigner.testing.CapturedLog;
import io.github.hsmsigner.testing.TestPki;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Each setting of {@code tokens} has an effect. */
@Timeout(60)
class TokenSettingsEffectTest {

    private static final String SIGN = "{\"action\":\"sign\",\"data_to_be_signed\":\"AQID\"}";
    private static final long CKF_USER_PIN_FINAL_TRY = 0x20000;

    @TempDir
    private static Path directory;

    private static SoftHsm.Token token;

    /** A token whose only key needs a login for each signature. */
    private static SoftHsm.Token careful;

    private static TokenInfo info;

    private final CountDownLatch release = new CountDownLatch(1);
    private FaultyCryptoki module;

    @BeforeAll
    static void makeTokens() throws IOException {
        token = SoftHsm.newToken();
        token.importKey(TestKey.keyPair(), "contracts", "a1");
        careful = SoftHsm.newToken();
        careful.tool(
                "--keypairgen", "--key-type", "EC:prime256v1", "--label", "careful", "--id", "01", "--always-auth");
        TestPki.writePem(directory.resolve("signer.pem"), TestKey.certificate());
        Pkcs11Config config = Pkcs11Config.builder(SoftHsm.module())
                .tokenLabel(token.label())
                .pin(PinSource.fixed(token.pin().toCharArray()))
                .build();
        try (ObservedToken open = ObservedToken.open(config)) {
            info = open.info();
        }
        config = Pkcs11Config.builder(SoftHsm.module())
                .tokenLabel(careful.label())
                .pin(PinSource.fixed(careful.pin().toCharArray()))
                .build();
        try (Pkcs11Token open = Pkcs11Token.open(config)) {
            TestPki.writePem(
                    directory.resolve("careful.pem"),
                    TestKey.pki()
                            .certifySigner(
                                    "Careful", open.signer(KeySelector.any()).publicKey()));
        }
    }

    private ConfiguredService start(String tokenSettings, String... more) {
        return start(target -> module = new FaultyCryptoki(target), tokenSettings, more)
                .beforeClose(release::countDown);
    }

    /** Starts a service with the settings of a token in one line, and further sections. */
    private static ConfiguredService start(UnaryOperator<Cryptoki> decoration, String tokenSettings, String... more) {
        return ConfiguredService.start(decoration, directory, """
                server: {port: 0, stop-limit: 100ms}
                tokens:
                  hsm: {module: %s, pin: %s, %s}
                keys:
                  contracts: {certificate: @signer.pem}
                %s
                """.formatted(
                        SoftHsm.module(), token.pin(), tokenSettings, String.join("\n", more)));
    }

    private static String label() {
        return "label: " + token.label();
    }

    private static String recovery(String settings) {
        return label() + ", calling-thread: module, recovery: {" + settings + "}";
    }

    private static int sign(ConfiguredService service) {
        return service.client().sign(SIGN).statusCode();
    }

    private static double metric(ConfiguredService service, String name) {
        return service.metric(name + "{token=\"hsm\"}");
    }

    private static List<CompletableFuture<HttpResponse<byte[]>>> signAtOnce(ConfiguredService service, int count) {
        List<CompletableFuture<HttpResponse<byte[]>>> responses = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            responses.add(service.signInBackground(SIGN));
        }
        return responses;
    }

    private void awaitRelease() {
        try {
            release.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    @ShowsEffectOf({"tokens.NAME.module", "tokens.NAME.pin", "tokens.NAME.label"})
    void theTokenIsFoundByItsLabel() {
        try (ConfiguredService service = start(label())) {
            assertThat(sign(service)).isEqualTo(200);
        }
    }

    @Test
    @ShowsEffectOf("tokens.NAME.slot-id")
    void theTokenIsFoundByItsSlot() {
        try (ConfiguredService service = start("slot-id: " + info.slotId())) {
            assertThat(sign(service)).isEqualTo(200);
        }
    }

    @Test
    @ShowsEffectOf("tokens.NAME.serial")
    void theTokenIsFoundByItsSerialNumber() {
        try (ConfiguredService service = start("serial: " + info.serialNumber())) {
            assertThat(sign(service)).isEqualTo(200);
        }
    }

    @Test
    @ShowsEffectOf("tokens.NAME.uri")
    void theTokenIsFoundByItsUri() {
        try (ConfiguredService service = start("uri: \"pkcs11:token=" + token.label() + "\"")) {
            assertThat(sign(service)).isEqualTo(200);
        }
    }

    @Test
    @ShowsEffectOf("tokens.NAME.maximum-pool-size")
    void thereAreNoMoreSessions() {
        try (ConfiguredService service = start(label() + ", maximum-pool-size: 3, calling-thread: module")) {
            module.fault(function -> {
                if (function.equals("C_Sign")) {
                    awaitRelease();
                }
            });
            List<CompletableFuture<HttpResponse<byte[]>>> responses = signAtOnce(service, 5);
            ConfiguredService.await("two wait for a session", () -> metric(service, "signer_sessions_waiting") == 2);
            assertThat(metric(service, "signer_sessions_in_use")).isEqualTo(3);
            release.countDown();
            responses.forEach(
                    response -> assertThat(response.join().statusCode()).isEqualTo(200));
        }
    }

    @Test
    void oldNamesWorkWithAWarningAtStartup() {
        try (CapturedLog log = new CapturedLog();
                ConfiguredService service = start(label() + ", max-sessions: 3, session-keep-alive: 2m")) {
            assertThat(metric(service, "signer_sessions_capacity")).isEqualTo(3);
            assertThat(log.lines())
                    .filteredOn(line -> line.contains("ServiceLifecycle") && line.contains("is an old name of"))
                    .satisfiesExactly(
                            line -> assertThat(line).startsWith("WARN").contains("Use maximum-pool-size instead."),
                            line -> assertThat(line).startsWith("WARN").contains("Use idle-timeout instead."));
        }
    }

    @Test
    @ShowsEffectOf("tokens.NAME.sessions-opened-at-once")
    void soManySessionsAreOpenedAtOnce() {
        AtomicInteger opening = new AtomicInteger();
        try (ConfiguredService service =
                start(label() + ", sessions-opened-at-once: 6, minimum-idle: 0, calling-thread: module")) {
            module.fault(function -> {
                if (function.equals("C_OpenSession")) {
                    opening.incrementAndGet();
                }
                if (function.equals("C_OpenSession") || function.equals("C_Sign")) {
                    awaitRelease();
                }
            });
            List<CompletableFuture<HttpResponse<byte[]>>> responses = signAtOnce(service, 8);
            try {
                ConfiguredService.await("six are being opened", () -> opening.get() == 6);
            } finally {
                release.countDown();
            }
            responses.forEach(
                    response -> assertThat(response.join().statusCode()).isEqualTo(200));
        }
    }

    @Test
    @ShowsEffectOf("tokens.NAME.idle-timeout")
    void anIdleSessionIsClosed() {
        try (ConfiguredService service = start(label() + ", idle-timeout: 1s, minimum-idle: 0")) {
            assertThat(sign(service)).isEqualTo(200);
            ConfiguredService.await(
                    "the session is closed",
                    () -> service.metric("signer_sessions_closed_total{reason=\"idle\",token=\"hsm\"}") >= 1);
        }
    }

    @Test
    @ShowsEffectOf("tokens.NAME.minimum-idle")
    void soManySessionsAreOpenedWithoutARequest() {
        try (ConfiguredService service = start(label() + ", minimum-idle: 7")) {
            ConfiguredService.await("seven are idle", () -> metric(service, "signer_sessions_idle") >= 7);
        }
    }

    @Test
    @ShowsEffectOf("tokens.NAME.keepalive-time")
    void idleSessionsAreChecked() {
        try (ConfiguredService service = start(label() + ", keepalive-time: 1s")) {
            ConfiguredService.await("sessions are checked", () -> module.count("C_GetSessionInfo") >= 4);
            assertThat(sign(service)).isEqualTo(200);
        }
    }

    @Test
    @ShowsEffectOf("tokens.NAME.max-lifetime")
    void anOldSessionIsReplaced() {
        try (ConfiguredService service = start(label() + ", max-lifetime: 1s, minimum-idle: 2")) {
            ConfiguredService.await(
                    "both sessions are closed",
                    () -> service.metric("signer_sessions_closed_total{reason=\"expired\",token=\"hsm\"}") >= 2);
            ConfiguredService.await("others are open", () -> metric(service, "signer_sessions_opened_total") >= 4);
            assertThat(sign(service)).isEqualTo(200);
        }
    }

    @Test
    @ShowsEffectOf("tokens.NAME.initialize-parameters")
    void theModuleGetsTheParameters() {
        NssDatabase database = NssDatabase.in(directory);
        Pkcs11Config config = Pkcs11Config.builder(NssDatabase.module())
                .initializeParameters(database.initializeParameters())
                .pin(PinSource.fixed(database.pin().toCharArray()))
                .tokenLabel(NssDatabase.TOKEN_LABEL)
                .build();
        try (Pkcs11Token open = Pkcs11Token.open(config)) {
            open.keyManagement().generateKeyPair(KeyPairType.P_256, "contracts", new byte[] {1});
            TestPki.writePem(
                    directory.resolve("nss.pem"),
                    TestKey.pki()
                            .certifySigner("NSS", open.signer(KeySelector.any()).publicKey()));
        }
        try (ConfiguredService service = ConfiguredService.start(directory, """
                server: {port: 0, stop-limit: 100ms}
                tokens:
                  hsm:
                    module: %s
                    pin: %s
                    label: %s
                    initialize-parameters: "%s"
                keys:
                  contracts: {certificate: @nss.pem}
                """.formatted(
                NssDatabase.module(), database.pin(), NssDatabase.TOKEN_LABEL, database.initializeParameters()))) {
            assertThat(sign(service)).isEqualTo(200);
        }
    }

    /** The profile of CloudHSM has no login for each signature, which SoftHSM demands for this key. */
    @Test
    @ShowsEffectOf("tokens.NAME.vendor-profile")
    void theProfileDecidesWhetherAKeyGetsALoginForEachSignature() {
        try (ConfiguredService service =
                ConfiguredService.start(directory, """
                server: {port: 0, stop-limit: 100ms}
                tokens:
                  hsm: {module: %s, pin: %s, label: %s, vendor-profile: cloudhsm, recovery: {first-retry-pause: 1ms}}
                keys:
                  careful: {certificate: @careful.pem}
                signatures: {deadline: 500ms}
                """.formatted(SoftHsm.module(), careful.pin(), careful.label()))) {
            assertThat(sign(service)).isEqualTo(503);
        }
    }

    @Test
    @ShowsEffectOf("tokens.NAME.calling-thread")
    void theModuleIsCalledOnItsOwnThreads() {
        Set<String> threads = ConcurrentHashMap.newKeySet();
        try (ConfiguredService service = start(label() + ", calling-thread: module")) {
            sign(service);
            module.fault(function -> threads.add(Thread.currentThread().getName()));
            assertThat(sign(service)).isEqualTo(200);
        }
        assertThat(threads).isNotEmpty().noneMatch(name -> name.startsWith("http"));
    }

    /** A token that says that one more wrong PIN locks the user. */
    private static Cryptoki onFinalTry(Cryptoki target) {
        return new DelegatingCryptoki(target) {
            @Override
            public TokenInfo tokenInfo(long slotId) throws CryptokiException {
                TokenInfo now = super.tokenInfo(slotId);
                return new TokenInfo(
                        now.slotId(),
                        now.label(),
                        now.serialNumber(),
                        now.manufacturer(),
                        now.model(),
                        now.flags() | CKF_USER_PIN_FINAL_TRY,
                        now.maxReadWriteSessions());
            }
        };
    }

    @Test
    @ShowsEffectOf("tokens.NAME.login-on-final-try")
    void itLogsInOnTheFinalTry() {
        try (ConfiguredService service =
                start(TokenSettingsEffectTest::onFinalTry, label() + ", login-on-final-try: true")) {
            assertThat(sign(service)).isEqualTo(200);
        }
    }

    @Test
    @ShowsEffectOf("tokens.NAME.recovery.first-retry-pause")
    void aRequestThatIsThrottledPausesFirst() {
        try (ConfiguredService service =
                start(recovery("first-retry-pause: 1h, longest-retry-pause: 1h"), "signatures: {deadline: 5s}")) {
            module.answer("C_Sign", 1, ReturnValue.FUNCTION_FAILED);
            assertThat(sign(service)).as("the pause is past the deadline").isEqualTo(503);
            assertThat(sign(service)).isEqualTo(200);
        }
    }

    /** Pauses that go on doubling add up to more than the deadline. */
    @Test
    @ShowsEffectOf("tokens.NAME.recovery.longest-retry-pause")
    void pausesBetweenTriesGrowNoLonger() {
        try (ConfiguredService service =
                start(recovery("first-retry-pause: 1ms, longest-retry-pause: 1ms"), "signatures: {deadline: 5s}")) {
            module.answer("C_Sign", 60, ReturnValue.FUNCTION_FAILED);
            assertThat(sign(service)).isEqualTo(200);
        }
    }

    @Test
    @ShowsEffectOf("tokens.NAME.recovery.failures-to-open")
    void soManyFailuresOpenTheCircuitBreaker() {
        // No probe closes it before the request ends.
        try (ConfiguredService service =
                start(recovery("failures-to-open: 1, first-probe-pause: 1h, longest-probe-pause: 1h"))) {
            module.answer("C_Sign", 1, ReturnValue.DEVICE_ERROR);
            assertThat(sign(service)).isEqualTo(503);
            assertThat(metric(service, "signer_breaker_opened_total")).isEqualTo(1);
        }
    }

    /** The client hears when the next probe comes; a pause is shortened by chance by up to a half. */
    @Test
    @ShowsEffectOf("tokens.NAME.recovery.first-probe-pause")
    void theFirstProbeComesAfterThePause() {
        try (ConfiguredService service =
                start(recovery("failures-to-open: 1, first-probe-pause: 1h, longest-probe-pause: 1h"))) {
            module.answer("C_Sign", 1, ReturnValue.DEVICE_ERROR);
            HttpResponse<byte[]> refused = service.client().sign(SIGN);
            assertThat(refused.statusCode()).isEqualTo(503);
            assertThat(Long.parseLong(Client.header(refused, "Retry-After"))).isBetween(1_700L, 3_600L);
        }
    }

    @Test
    @ShowsEffectOf("tokens.NAME.recovery.longest-probe-pause")
    void pausesBetweenProbesGrowNoLonger() {
        try (ConfiguredService service =
                start(recovery("failures-to-open: 1, first-probe-pause: 1ms, longest-probe-pause: 1ms"))) {
            module.answer(ReturnValue.DEVICE_ERROR);
            assertThat(sign(service)).isEqualTo(503);
            int before = module.count("C_OpenSession") + module.count("C_GetSlotList");
            ConfiguredService.await(
                    "sixty probes", () -> module.count("C_OpenSession") + module.count("C_GetSlotList") > before + 60);
            module.good();
        }
    }

    @Test
    @ShowsEffectOf("tokens.NAME.recovery.pin-check-pause")
    void theSourceOfARefusedPinIsAskedAgainAfterThePause() throws IOException {
        Path asked = directory.resolve("asked");
        Path command = Files.writeString(directory.resolve("pin.sh"), "echo >> " + asked + "; echo wrong-pin\n");
        try (ConfiguredService service =
                ConfiguredService.start(directory, """
                server: {port: 0, stop-limit: 100ms}
                tokens:
                  hsm:
                    module: %s
                    pin: {command: [/bin/sh, %s]}
                    label: %s
                    recovery: {pin-check-pause: 1ms}
                keys:
                  contracts: {certificate: @signer.pem}
                """.formatted(SoftHsm.module(), command, token.label()))) {
            assertThat(sign(service)).isEqualTo(503);
            ConfiguredService.await("it is asked ten times", () -> size(asked) >= 10);
        }
    }

    private static long size(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Makes a signature hang, and waits until it counts. Others are made, so that the circuit breaker stays closed. */
    private void hangOnce(ConfiguredService service) {
        AtomicBoolean first = new AtomicBoolean(true);
        module.fault(function -> {
            if (function.equals("C_Sign") && first.compareAndSet(true, false)) {
                awaitRelease();
            }
        });
        assertThat(sign(service)).isEqualTo(503);
        ConfiguredService.await(
                "a call hangs", () -> sign(service) == 200 && metric(service, "signer_hung_calls") == 1);
    }

    @Test
    @ShowsEffectOf("tokens.NAME.recovery.hang-limit")
    void aCallCountsAsHangingAfterTheLimit() {
        try (ConfiguredService service = start(recovery("hang-limit: 1s"), "signatures: {deadline: 300ms}")) {
            hangOnce(service);
            release.countDown();
            ConfiguredService.await("it returns", () -> metric(service, "signer_hung_calls") == 0);
            assertThat(metric(service, "signer_calls_hung_total")).isEqualTo(1);
        }
    }

    /** CKR_FUNCTION_FAILED is the answer of an HSM that throttles, and of one whose session is lost. */
    @Test
    @ShowsEffectOf("tokens.NAME.recovery.no-success-limit")
    void failuresOfAnyKindOpenTheCircuitBreakerAfterTheLimit() {
        try (ConfiguredService service = start(recovery("no-success-limit: 1s"), "signatures: {deadline: 500ms}")) {
            module.fault(function -> {
                if (function.equals("C_Sign")) {
                    throw new CryptokiException(function, ReturnValue.FUNCTION_FAILED);
                }
            });
            ConfiguredService.await(
                    "the circuit breaker opens",
                    () -> sign(service) == 503 && metric(service, "signer_breaker_opened_total") == 1);
            // The token does not see the C_Sign that fails here, so the next C_SignInit in the session can find the
            // operation active.
            assertThat(Client.text(service.client().get("/health/ready")))
                    .containsPattern("C_Sign answered CKR_FUNCTION_FAILED|C_SignInit answered CKR_OPERATION_ACTIVE");
            module.good();
            ConfiguredService.await("the token signs again", () -> sign(service) == 200);
        }
    }

    @Test
    @ShowsEffectOf("tokens.NAME.recovery.drain-limit")
    void aCallThatHangsIsWaitedForNoLongerAtTheEnd() throws Exception {
        try (ConfiguredService service =
                start(recovery("drain-limit: 1ms, hang-limit: 1s"), "signatures: {deadline: 300ms}")) {
            hangOnce(service);
            CompletableFuture<Void> closed = CompletableFuture.runAsync(service.service()::close);
            closed.get(4, TimeUnit.SECONDS);
        } finally {
            awaitModuleFinalized();
        }
    }

    /** A module in which a call hangs is left initialised, and would not show tokens that later tests make. */
    private static void awaitModuleFinalized() throws CryptokiException {
        long epoch = epoch();
        while (epoch() == epoch) {
            LockSupport.parkNanos(1_000_000);
        }
    }

    private static long epoch() throws CryptokiException {
        try (CryptokiModule share = CryptokiModule.open(SoftHsm.module())) {
            return share.epoch();
        }
    }

    @Test
    @ShowsEffectOf("tokens.NAME.recovery.hung-call-limit")
    void soManyHangingCallsMakeTheTokenUnhealthy() {
        try (ConfiguredService service =
                start(recovery("hung-call-limit: 1, hang-limit: 1s"), "signatures: {deadline: 300ms}")) {
            hangOnce(service);
            assertThat(service.metric("signer_token_state{state=\"unhealthy\",token=\"hsm\"}"))
                    .isEqualTo(1);
        }
    }

    @Test
    @ShowsEffectOf("tokens.NAME.recovery.regrow-pause")
    void aTokenWithRoomAgainGetsMoreSessionsAfterThePause() {
        try (ConfiguredService service =
                start(recovery("regrow-pause: 1ms") + ", maximum-pool-size: 2, minimum-idle: 0")) {
            AtomicBoolean room = new AtomicBoolean();
            AtomicInteger refused = new AtomicInteger();
            module.fault(function -> {
                if (function.equals("C_Sign")) {
                    awaitRelease();
                }
                if (function.equals("C_OpenSession") && !room.get()) {
                    refused.incrementAndGet();
                    throw new CryptokiException(function, ReturnValue.SESSION_COUNT);
                }
            });
            List<CompletableFuture<HttpResponse<byte[]>>> responses = signAtOnce(service, 2);
            ConfiguredService.await("there is room for one session", () -> refused.get() >= 1);
            room.set(true);
            ConfiguredService.await("two sessions are in use", () -> metric(service, "signer_sessions_in_use") == 2);
            release.countDown();
            responses.forEach(
                    response -> assertThat(response.join().statusCode()).isEqualTo(200));
        }
    }
}
