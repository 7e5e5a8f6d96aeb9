package io.github.hsmsigner.service.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.github.hsmsigner.core.AuditLog;
import io.github.hsmsigner.core.Digest;
import io.github.hsmsigner.core.DigestAlgorithm;
import io.github.hsmsigner.core.RequestContext;
import io.github.hsmsigner.core.SignerMetrics;
import io.github.hsmsigner.core.SigningPolicy;
import io.github.hsmsigner.core.error.SigningUnavailableException;
import io.github.hsmsigner.core.error.SigningUnavailableException.Reason;
import io.github.hsmsigner.http.TestKey;
import io.github.hsmsigner.pkcs11.PinSource;
import io.github.hsmsigner.pkcs11.Pkcs11Config;
import io.github.hsmsigner.pkcs11.Pkcs11Token;
import io.github.hsmsigner.pkcs11.health.Pkcs11Listener;
import io.github.hsmsigner.pkcs11.softhsm.SoftHsm;
import io.github.hsmsigner.service.config.ServiceSettings;
import io.github.hsmsigner.service.server.Health;
import io.github.hsmsigner.testing.CapturedLog;
import io.github.hsmsigner.testing.TestPki;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Several tokens and keys: each comes by itself, and none takes the others with it. */
@Timeout(60)
class TokenManagerTest {

    private static final Duration LONG = Duration.ofSeconds(30);
    private static final byte[] DATA = {1, 2, 3};

    @TempDir
    private static Path shared;

    private static SoftHsm.Token second;
    private static Path certificate;
    private static Path otherCertificate;
    private static KeyPair other;

    @TempDir
    private Path directory;

    /** By the name of the token: how often it was logged in to, and how often it refused. */
    private final Map<String, AtomicInteger> logins = new ConcurrentHashMap<>();

    private final Map<String, AtomicInteger> refusals = new ConcurrentHashMap<>();
    private TokenManager tokens;

    /** Has its own rejected PINs, which the process remembers for each token. */
    private SoftHsm.Token first;

    @BeforeAll
    static void makeTokens() {
        second = SoftHsm.newToken();
        second.importKey(TestKey.keyPair(), "shared", "01");
        other = TestPki.rsaKeyPair(2048);
        second.importKey(other, "other", "02");
        certificate = TestPki.writePem(shared.resolve("shared.pem"), TestKey.certificate());
        otherCertificate =
                TestPki.writePem(shared.resolve("other.pem"), TestKey.pki().certifySigner("Other", other.getPublic()));
    }

    @BeforeEach
    void makeToken() {
        first = SoftHsm.newToken();
        first.importKey(TestKey.keyPair(), "shared", "01");
    }

    @AfterEach
    void close() {
        assertThat(tokens.close()).isTrue();
    }

    private List<String> open(ServiceSettings settings) throws InterruptedException {
        tokens = new TokenManager(
                settings,
                new SigningKeyVerifier(settings.signatures(), Clock.systemUTC()),
                new SigningServiceFactory(
                        settings,
                        ContainerBuilders.of(settings.signatures()),
                        SigningPolicy.open(),
                        AuditLog.none(),
                        SignerMetrics.none()),
                this::openCounted);
        return tokens.open(LONG);
    }

    private Pkcs11Token openCounted(String tokenName, Pkcs11Config config) {
        Pkcs11Token token = Pkcs11Token.open(
                config.toBuilder().listener(counting(tokenName)).build());
        logins.computeIfAbsent(tokenName, name -> new AtomicInteger());
        return token;
    }

    private Pkcs11Listener counting(String tokenName) {
        return new Pkcs11Listener() {
            @Override
            public void loggedIn() {
                logins.computeIfAbsent(tokenName, name -> new AtomicInteger()).incrementAndGet();
            }

            @Override
            public void loginRefused() {
                refusals.computeIfAbsent(tokenName, name -> new AtomicInteger()).incrementAndGet();
            }
        };
    }

    private byte[] sign(String keyName) {
        RequestContext context =
                RequestContext.builder("request").keyName(keyName).build();
        return tokens.registry().get().signRaw(context, Digest.compute(DigestAlgorithm.SHA256, DATA));
    }

    private static PinSource right(SoftHsm.Token token) {
        return PinSource.fixed(token.pin().toCharArray());
    }

    private static PinSource wrong() {
        return PinSource.fixed("not the PIN".toCharArray());
    }

    private Health health() {
        try (ChangedFileReloader files = new ChangedFileReloader(Clock.systemUTC(), ChangedFileReloader.PAUSE)) {
            return new ReadinessCheck(tokens, List::of, Optional.empty(), files, () -> true).ready();
        }
    }

    private static void await(String what, BooleanSupplier condition) {
        long end = System.nanoTime() + LONG.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as(what).isLessThan(end);
            LockSupport.parkNanos(1_000_000);
        }
    }

    @Test
    void aTokenThatRefusesThePinTakesNoOtherTokenWithItAndComesOnceThePinIsMended()
            throws IOException, InterruptedException {
        Path pin = Files.writeString(directory.resolve("pin"), "not the PIN");
        ServiceSettings settings = new TestSettings()
                .token("first", first, PinSource.file(pin))
                .token("second", second, right(second))
                .key("one", TestSettings.onTokens(certificate, "shared", "first"))
                .key("two", TestSettings.onTokens(otherCertificate, "other", "second"))
                .build();
        try (CapturedLog log = new CapturedLog()) {
            assertThat(open(settings)).isEmpty();
            assertThat(sign("two")).hasSize(256);
            for (int i = 0; i < 3; i++) {
                assertThatThrownBy(() -> sign("one"))
                        .isInstanceOf(SigningUnavailableException.class)
                        .hasMessageContaining("the PIN (C_Login answered CKR_PIN_INCORRECT)");
            }
            Health health = health();
            assertThat(health.ready()).isTrue();
            assertThat(health.reasons()).isEmpty();
            assertThat(health.warnings())
                    .singleElement()
                    .asString()
                    .startsWith("Key \"one\" cannot be used: ")
                    .contains("the PIN (C_Login answered CKR_PIN_INCORRECT)");
            assertThat(health.parts())
                    .extracting(Health.Part::kind, Health.Part::name, Health.Part::state)
                    .containsExactly(
                            tuple("token", "first", "not_ready"),
                            tuple("token", "second", "ready"),
                            tuple("key", "one", "not_ready"),
                            tuple("key", "two", "ready"),
                            tuple("files", "watched", "ready"));
            assertThat(refusals.get("first")).hasValue(1);
            assertThat(logins.get("first")).hasValue(0);

            Files.writeString(pin, first.pin());
            await("the key comes", () -> tokens.problem("one").isEmpty());
            assertThat(sign("one")).hasSize(256);
            assertThat(refusals.get("first")).hasValue(1);
            assertThat(logins.get("first")).hasValue(1);
            assertThat(health().warnings()).isEmpty();
            assertThat(log.lines())
                    .filteredOn(line ->
                            !line.startsWith("DEBUG") && line.contains("the PIN (C_Login answered CKR_PIN_INCORRECT)"))
                    .hasSize(1);
            assertThat(log.text()).doesNotContain("not the PIN", first.pin());
        }
    }

    @Test
    void nothingIsReadyWhileNoKeyIs() throws InterruptedException {
        ServiceSettings settings = new TestSettings()
                .token("first", first, wrong())
                .key("one", TestSettings.onTokens(certificate, "shared", "first"))
                .build();
        assertThat(open(settings)).isEmpty();
        Health health = health();
        assertThat(health.ready()).isFalse();
        assertThat(health.reasons())
                .singleElement()
                .asString()
                .contains("the PIN (C_Login answered CKR_PIN_INCORRECT)");
        assertThat(health.warnings()).isEmpty();
    }

    @Test
    void aKeyOnTwoTokensSignsWithOneAndTakesUpTheOtherWhenItComes() throws IOException, InterruptedException {
        Path pin = Files.writeString(directory.resolve("pin"), "not the PIN");
        ServiceSettings settings = new TestSettings()
                .token("first", first, PinSource.file(pin))
                .token("second", second, right(second))
                .key("one", TestSettings.onTokens(certificate, "shared", "first", "second"))
                .build();
        try (CapturedLog log = new CapturedLog()) {
            assertThat(open(settings)).isEmpty();
            assertThat(sign("one")).hasSize(256);
            assertThat(health().ready()).isTrue();
            assertThat(log.text()).doesNotContain("one more token");

            Files.writeString(pin, first.pin());
            await("the second place", () -> log.text().contains("Key \"one\" is on one more token"));
            assertThat(sign("one")).hasSize(256);
            assertThat(tokens.connectors()).allMatch(TokenConnector::isUsable);
        }
    }

    @Test
    void whatIsWrongWithTheSettingsIsToldOfAllTokensAtOnce() throws InterruptedException {
        ServiceSettings settings = new TestSettings()
                .token("first", first, right(first))
                .token("second", second, right(second))
                .key("one", TestSettings.onTokens(certificate, "no such label", "first"))
                .key("two", TestSettings.onTokens(certificate, "other", "second"))
                .key("three", TestSettings.onTokens(certificate, "shared", "second"))
                .build();
        assertThat(open(settings))
                .hasSize(2)
                .anySatisfy(problem -> assertThat(problem).contains("no such label", first.label()))
                .anySatisfy(problem -> assertThat(problem).contains("shared.pem", "belongs to the signing key"));
        assertThat(sign("three")).hasSize(256);
    }

    @Test
    void aMistakeInTheSettingsDoesNotEndTheStartWhereAPinWasRefused() throws InterruptedException {
        ServiceSettings settings = new TestSettings()
                .token("first", first, wrong())
                .token("second", second, right(second))
                .key("one", TestSettings.onTokens(certificate, "shared", "first"))
                .key("two", TestSettings.onTokens(otherCertificate, "no such label", "second"))
                .build();
        try (CapturedLog log = new CapturedLog()) {
            assertThat(open(settings)).isEmpty();
            assertThat(log.lines())
                    .filteredOn(line -> line.startsWith("ERROR") && line.contains("TokenManager"))
                    .singleElement()
                    .asString()
                    .contains("no such label");
        }
        assertThat(health().reasons())
                .hasSize(2)
                .anySatisfy(reason -> assertThat(reason).contains("the PIN (C_Login answered CKR_PIN_INCORRECT)"))
                .anySatisfy(reason -> assertThat(reason).contains("no such label"));
    }

    /** Deletes a private key as an operator does, with another process that uses the same token. */
    private static void deleteKey(SoftHsm.Token token, String hexId) {
        token.tool("--delete-object", "--type", "privkey", "--id", hexId);
    }

    @Test
    void aDeletedKeyIsNamedAndCostsTheOtherKeyOfTheTokenNothing() throws InterruptedException {
        first.importKey(other, "other", "02");
        ServiceSettings settings = new TestSettings()
                .token("first", first, right(first))
                .key("one", TestSettings.onTokens(certificate, "shared", "first"))
                .key("two", TestSettings.onTokens(otherCertificate, "other", "first"))
                .build();
        assertThat(open(settings)).isEmpty();
        int loginsBefore = logins.get("first").get();
        AtomicBoolean done = new AtomicBoolean();
        List<CompletableFuture<Integer>> load = new ArrayList<>();
        try {
            for (int i = 0; i < 4; i++) {
                load.add(CompletableFuture.supplyAsync(
                        () -> {
                            int signatures = 0;
                            while (!done.get()) {
                                assertThat(sign("one")).hasSize(256);
                                signatures++;
                            }
                            return signatures;
                        },
                        task -> new Thread(task, "load").start()));
            }
            deleteKey(first, "02");
            await("readiness names the key", () -> {
                assertThatThrownBy(() -> sign("two")).isInstanceOf(SigningUnavailableException.class);
                return tokens.problem("two").isPresent();
            });
            Health health = health();
            assertThat(health.ready()).as("the other key signs").isTrue();
            assertThat(health.warnings())
                    .singleElement()
                    .asString()
                    .startsWith("Key \"two\" cannot be used: ")
                    .contains("label \"other\"", first.label());
            assertThat(health.parts())
                    .extracting(Health.Part::kind, Health.Part::name, Health.Part::state)
                    .contains(
                            tuple("token", "first", "ready"),
                            tuple("key", "one", "ready"),
                            tuple("key", "two", "not_ready"));
            for (int i = 0; i < 20; i++) {
                assertThatThrownBy(() -> sign("two"))
                        .isInstanceOfSatisfying(
                                SigningUnavailableException.class,
                                unavailable -> assertThat(unavailable.reason()).isEqualTo(Reason.KEY_MISSING));
            }

            first.importKey(other, "other", "02");
            await("the key is back", () -> tokens.problem("two").isEmpty());
            assertThat(sign("two")).hasSize(256);
            assertThat(health().warnings()).isEmpty();
        } finally {
            done.set(true);
            assertThat(load).allSatisfy(each -> assertThat(each.join()).isPositive());
        }
        assertThat(logins.get("first").get() - loginsBefore).isLessThanOrEqualTo(2);
    }

    @Test
    void aServiceWithoutItsOnlyKeyIsNotReadyAndNamesTheKey() throws InterruptedException {
        ServiceSettings settings = new TestSettings()
                .token("first", first, right(first))
                .key("one", TestSettings.onTokens(certificate, "shared", "first"))
                .build();
        assertThat(open(settings)).isEmpty();
        deleteKey(first, "01");
        await("it is not ready", () -> {
            assertThatThrownBy(() -> sign("one")).isInstanceOf(SigningUnavailableException.class);
            return !health().ready();
        });
        // A slow machine can have another reason before the key is found missing.
        await(
                "it names the key",
                () -> health().reasons().stream().anyMatch(reason -> reason.contains("label \"shared\"")));
        assertThat(health().reasons())
                .singleElement()
                .asString()
                .startsWith("Key \"one\" cannot be used: ")
                .contains("label \"shared\"", first.label());
        first.importKey(TestKey.keyPair(), "shared", "01");
        await("it is ready", () -> health().ready());
        assertThat(sign("one")).hasSize(256);
        assertThat(health().reasons()).isEmpty();
    }

    @Test
    void keysThatCannotBeUsedForTheSameReasonAreNamedTogether() throws InterruptedException {
        ServiceSettings settings = new TestSettings()
                .token("first", first, wrong())
                .key("one", TestSettings.onTokens(certificate, "shared", "first"))
                .key("two", TestSettings.onTokens(otherCertificate, "other", "first"))
                .build();
        assertThat(open(settings)).isEmpty();
        assertThat(health().reasons())
                .singleElement()
                .asString()
                .startsWith("Keys \"one\", \"two\" cannot be used: Token \"" + first.label())
                .contains("the PIN (C_Login answered CKR_PIN_INCORRECT)");
    }
}
