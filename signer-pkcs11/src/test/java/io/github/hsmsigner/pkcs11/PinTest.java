package io.github.hsmsigner.pkcs11;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.Digest;
import io.github.hsmsigner.core.DigestAlgorithm;
import io.github.hsmsigner.core.SignatureAlgorithm;
import io.github.hsmsigner.core.error.SigningUnavailableException;
import io.github.hsmsigner.pkcs11.health.RecoverySettings;
import io.github.hsmsigner.pkcs11.internal.cryptoki.Cryptoki;
import io.github.hsmsigner.pkcs11.internal.cryptoki.CryptokiException;
import io.github.hsmsigner.pkcs11.internal.cryptoki.DelegatingCryptoki;
import io.github.hsmsigner.pkcs11.internal.cryptoki.FaultyCryptoki;
import io.github.hsmsigner.pkcs11.internal.cryptoki.ReturnValue;
import io.github.hsmsigner.pkcs11.internal.cryptoki.SameProcess;
import io.github.hsmsigner.pkcs11.internal.cryptoki.TokenInfo;
import io.github.hsmsigner.pkcs11.softhsm.SoftHsm;
import io.github.hsmsigner.testing.CapturedLog;
import io.github.hsmsigner.testing.TestPki;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A PIN that the token refuses is never tried twice; another one is, without a restart. */
@Timeout(60)
class PinTest {

    private static final long CKF_USER_PIN_FINAL_TRY = 0x20000;
    private static final RecoverySettings QUICK =
            RecoverySettings.builder().pinCheckPause(Duration.ofMillis(10)).build();

    private static final KeyPair KEY = TestPki.rsaKeyPair(2048);

    /** One for each test, because rejected PINs are remembered as long as the process lives. */
    private SoftHsm.Token softToken;

    private FaultyCryptoki cryptoki;

    @TempDir
    private Path directory;

    @BeforeEach
    void makeToken() {
        softToken = SoftHsm.newToken();
        softToken.importKey(KEY, "key", "01");
    }

    private Pkcs11Token open(PinSource pin) {
        return Pkcs11Token.open(config(pin).build(), target -> cryptoki = new FaultyCryptoki(target));
    }

    private Pkcs11Config.Builder config(PinSource pin) {
        return Pkcs11Config.builder(SoftHsm.module())
                .pin(pin)
                .tokenLabel(softToken.label())
                .recovery(QUICK);
    }

    private static byte[] sign(Pkcs11Signer signer) {
        return signer.sign(
                SignatureAlgorithm.RSA_PKCS1_SHA256,
                Digest.compute(DigestAlgorithm.SHA256, new byte[] {1}),
                Deadline.after(Duration.ofSeconds(5)));
    }

    private void assertRefused(Pkcs11Token token, String reason) {
        assertThatThrownBy(() -> token.signer(KeySelector.any()))
                .isInstanceOfSatisfying(SigningUnavailableException.class, e -> {
                    assertThat(e.retryable()).isFalse();
                    assertThat(e.getMessage()).contains(reason, softToken.label());
                    assertThat(e.clientMessage()).doesNotContain(softToken.label());
                });
        assertThat(token.health().usable()).isFalse();
        assertThat(token.health().reason()).contains(reason);
    }

    /** Waits until the PIN source has been asked that many times more. */
    private static void awaitChecks(CountedPin pin, int more) {
        int wanted = pin.asked + more;
        Await.until(Duration.ofSeconds(10), "the PIN source is asked again", () -> pin.asked >= wanted);
    }

    /** A file, with a count of how often it was asked. */
    private static final class CountedPin implements PinSource {

        private final PinSource file;
        private volatile int asked;

        CountedPin(Path file) {
            this.file = PinSource.file(file);
        }

        @Override
        public synchronized char[] pin() {
            asked++;
            return file.pin();
        }
    }

    @Test
    void aWrongPinAtTheStartIsTriedOnceAndAnotherOneWhenItComes() throws IOException {
        Path file = Files.writeString(directory.resolve("pin"), "wrong-pin\n");
        CountedPin pin = new CountedPin(file);
        try (CapturedLog log = new CapturedLog();
                Pkcs11Token token = open(pin)) {
            for (int i = 0; i < 5; i++) {
                assertRefused(token, "rejects the PIN (C_Login answered CKR_PIN_INCORRECT)");
            }
            awaitChecks(pin, 5);
            assertThat(cryptoki.count("C_Login")).isEqualTo(1);

            Files.writeString(file, softToken.pin() + "\n");
            Await.until(
                    Duration.ofSeconds(10),
                    "the new PIN is used",
                    () -> token.health().usable());
            assertThat(sign(token.signer(KeySelector.any()))).hasSize(256);
            assertThat(cryptoki.count("C_Login")).isEqualTo(2);
            assertThat(log.text()).doesNotContain("wrong-pin", softToken.pin());
        }
    }

    @Test
    void aWrongPinLaterIsTriedOnceAndAnotherOneWhenItComes() throws IOException {
        Path file = Files.writeString(directory.resolve("pin"), softToken.pin());
        CountedPin pin = new CountedPin(file);
        try (Pkcs11Token token = open(pin)) {
            Pkcs11Signer signer = token.signer(KeySelector.any());
            sign(signer);
            Files.writeString(file, "wrong-pin");
            long slot = Long.parseLong(token.toString().replaceAll(".*slot (\\d+),.*", "$1"));
            Load load = new Load(signer, Duration.ofSeconds(5));
            try (load) {
                load.awaitMore(50);
                cryptoki.whileNobodyCalls(() -> new SameProcess(SoftHsm.module()).logout(slot));
                Await.until(
                        Duration.ofSeconds(10),
                        "it is refused",
                        () -> !token.health().usable());
                awaitChecks(pin, 5);
                assertThat(cryptoki.count("C_Login")).isEqualTo(2);

                Files.writeString(file, softToken.pin());
                Await.until(
                        Duration.ofSeconds(10),
                        "the right PIN is used",
                        () -> token.health().usable());
                load.awaitMore(50);
            }
            assertThat(cryptoki.count("C_Login")).isEqualTo(3);
            assertThat(load.failures())
                    .allSatisfy(e -> assertThat(e)
                            .isInstanceOf(SigningUnavailableException.class)
                            .hasMessageContaining("rejects the PIN"));
        }
    }

    /** A token that says that one more wrong PIN locks the user. */
    private Cryptoki onFinalTry(Cryptoki target) {
        cryptoki = new FaultyCryptoki(target);
        return new DelegatingCryptoki(cryptoki) {
            @Override
            public TokenInfo tokenInfo(long slotId) throws CryptokiException {
                TokenInfo info = super.tokenInfo(slotId);
                return new TokenInfo(
                        info.slotId(),
                        info.label(),
                        info.serialNumber(),
                        info.manufacturer(),
                        info.model(),
                        info.flags() | CKF_USER_PIN_FINAL_TRY,
                        info.maxReadWriteSessions());
            }
        };
    }

    static Stream<Arguments> wrongPins() {
        return Stream.of(
                wrong("the file %s", PinSource::file),
                wrong("the environment variable HOME", file -> PinSource.environment("HOME")),
                wrong(
                        "the command cat",
                        file -> PinSource.command(List.of("cat", file.toString()), Duration.ofSeconds(10))),
                wrong("HSM_PIN", file -> PinSource.fixed("wrong-pin".toCharArray(), "HSM_PIN")),
                wrong("a fixed value of the program", file -> PinSource.fixed("wrong-pin".toCharArray())));
    }

    private static Arguments wrong(String description, Function<Path, PinSource> source) {
        return Arguments.of(description, source);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("wrongPins")
    void theMessageNamesTheSourceOfARefusedPin(String description, Function<Path, PinSource> source)
            throws IOException {
        Path file = Files.writeString(directory.resolve("wrong"), "wrong-pin");
        String sentence = "The PIN is from " + description.formatted(file) + ".";
        try (CapturedLog log = new CapturedLog();
                Pkcs11Token token = open(source.apply(file))) {
            assertRefused(token, "). " + sentence + " It is not tried again");
            assertThat(log.text()).contains(sentence);
            assertThat(token.health().reason() + log.text()).doesNotContain("wrong-pin");
        }
    }

    @Test
    void onTheFinalTryThereIsNoLogin() {
        PinSource pin = PinSource.fixed(softToken.pin().toCharArray());
        try (Pkcs11Token token = Pkcs11Token.open(config(pin).build(), this::onFinalTry)) {
            assertRefused(token, "One more wrong PIN would lock the user");
            assertThat(cryptoki.count("C_Login")).isZero();
        }
    }

    @Test
    void onTheFinalTryThereIsALoginIfItIsForced() {
        PinSource pin = PinSource.fixed(softToken.pin().toCharArray());
        try (Pkcs11Token token =
                Pkcs11Token.open(config(pin).loginOnFinalTry(true).build(), this::onFinalTry)) {
            assertThat(sign(token.signer(KeySelector.any()))).hasSize(256);
        }
    }

    @Test
    void aSourceWithoutAPinMakesAnUnusableTokenThatSaysSo() {
        try (Pkcs11Token token = open(PinSource.file(directory.resolve("absent")))) {
            assertThat(token.health().usable()).isFalse();
            assertThat(token.health().reason()).contains("absent cannot be read");
            assertThat(cryptoki.count("C_Login")).isZero();
        }
    }

    @Test
    void aFileGivesItsContentWithoutTheLineEnd() throws IOException {
        assertThat(PinSource.file(Files.writeString(directory.resolve("pin"), "üser:pa ss\r\n"))
                        .pin())
                .containsExactly("üser:pa ss".toCharArray());
    }

    @Test
    void anEmptyFileAndOneThatIsNotTextAreNoPin() throws IOException {
        PinSource empty = PinSource.file(Files.writeString(directory.resolve("empty"), "\n"));
        assertThatThrownBy(empty::pin)
                .isInstanceOf(SigningUnavailableException.class)
                .hasMessageContaining("is empty");
        PinSource binary = PinSource.file(Files.write(directory.resolve("binary"), new byte[] {(byte) 0xff}));
        assertThatThrownBy(binary::pin)
                .isInstanceOf(SigningUnavailableException.class)
                .hasMessageContaining("is not text in UTF-8");
    }

    @Test
    void aVariableOfTheEnvironmentIsRead() {
        assertThat(PinSource.environment("PATH").pin())
                .containsExactly(System.getenv("PATH").toCharArray());
        assertThatThrownBy(() -> PinSource.environment("NO_SUCH_VARIABLE").pin())
                .isInstanceOf(SigningUnavailableException.class)
                .hasMessageContaining("NO_SUCH_VARIABLE is not set");
    }

    @Test
    void aCommandIsRunWithoutAShell() {
        PinSource pin = PinSource.command(List.of("printf", "%s\n", "a b;$c"), Duration.ofSeconds(10));
        assertThat(pin.pin()).containsExactly("a b;$c".toCharArray());
        assertThat(pin.toString()).doesNotContain("a b");
    }

    @Test
    void aCommandThatFailsOrIsLateSaysSoWithoutItsArguments() {
        assertThatThrownBy(() -> PinSource.command(List.of("false", "secret"), Duration.ofSeconds(10))
                        .pin())
                .isInstanceOf(SigningUnavailableException.class)
                .hasMessageContaining("the command false ended with exit code 1")
                .hasMessageNotContaining("secret");
        assertThatThrownBy(() -> PinSource.command(List.of("sleep", "30"), Duration.ofMillis(100))
                        .pin())
                .isInstanceOf(SigningUnavailableException.class)
                .hasMessageContaining("the command sleep did not end in 100 ms");
        assertThatThrownBy(() -> PinSource.command(List.of("/no/such/command"), Duration.ofSeconds(10))
                        .pin())
                .isInstanceOf(SigningUnavailableException.class)
                .hasMessageContaining("/no/such/command cannot be run");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\uFEFF%s", "\uFEFF%s\r\n", "%s\n", "%s\r"})
    void whatAnEditorAddedToTheFileDoesNotReachTheToken(String form) throws IOException {
        Path file = Files.writeString(directory.resolve("pin"), String.format(form, softToken.pin()));
        try (Pkcs11Token token = open(PinSource.file(file))) {
            assertThat(sign(token.signer(KeySelector.any()))).hasSize(256);
            assertThat(cryptoki.count("C_Login")).isOne();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"%s\n\n", "%s\r\n\r\n", "# PIN\n%s", "%s\u0000", "%s\t", "%s\uFFFD"})
    void aDamagedPinIsRefusedBeforeTheLogin(String form) throws IOException {
        Path file = Files.writeString(directory.resolve("pin"), String.format(form, softToken.pin()));
        PinSource command = PinSource.command(List.of("cat", file.toString()), Duration.ofSeconds(10));
        for (PinSource source : List.of(PinSource.file(file), command)) {
            try (Pkcs11Token token = open(source)) {
                assertThat(token.health().usable()).isFalse();
                assertThat(token.health().reason())
                        .startsWith("There is no PIN for the token: ")
                        .contains(" has ")
                        .doesNotContain(softToken.pin());
                assertThat(cryptoki.count("C_Login")).isZero();
            }
        }
    }

    @Test
    void aCommandThatPrintsTooMuchGivesNoPin() {
        assertThatThrownBy(() -> PinSource.command(List.of("cat", "/dev/zero"), Duration.ofSeconds(10))
                        .pin())
                .isInstanceOf(SigningUnavailableException.class)
                .hasMessageContaining("the output of the command cat is longer than 65536 bytes");
    }

    /** Two tools that fight over a file, or two replicas of a secret store. */
    @Test
    void twoWrongPinsInTurnAreTriedOnceEach() {
        AtomicInteger asked = new AtomicInteger();
        PinSource alternating = () -> ("wrong-" + asked.incrementAndGet() % 2).toCharArray();
        try (Pkcs11Token token = open(alternating)) {
            Await.until(Duration.ofSeconds(10), "the source is asked", () -> asked.get() >= 12);
            assertThat(token.health().usable()).isFalse();
            assertThat(cryptoki.count("C_Login")).isEqualTo(2);
        }
    }

    /** CloudHSM locks a user after five wrong PINs. */
    @Test
    void afterThreeDifferentWrongPinsNoneIsTriedUntilAnOperatorAllowsIt() {
        AtomicInteger asked = new AtomicInteger();
        AtomicReference<String> right = new AtomicReference<>();
        PinSource source = () -> {
            int number = asked.incrementAndGet();
            return (right.get() == null ? "wrong-" + number : right.get()).toCharArray();
        };
        try (Pkcs11Token token = open(source)) {
            Await.until(
                    Duration.ofSeconds(10),
                    "logins stop",
                    () -> token.health().reason().contains("has rejected 3 different PINs"));
            right.set(softToken.pin());
            assertThat(cryptoki.count("C_Login")).isEqualTo(3);
        }
        try (Pkcs11Token again = open(source)) {
            assertThat(again.health().reason())
                    .as("a token that is opened again does not begin the count again")
                    .contains("has rejected 3 different PINs");
            assertThat(cryptoki.count("C_Login")).isZero();
            again.allowLogins();
            Await.until(
                    Duration.ofSeconds(10),
                    "the right PIN is used",
                    () -> again.health().usable());
            assertThat(sign(again.signer(KeySelector.any()))).hasSize(256);
        }
    }

    @Test
    void aSlowSourceIsNoCallThatHangs() {
        CountDownLatch slow = new CountDownLatch(1);
        AtomicBoolean waits = new AtomicBoolean();
        PinSource source = () -> {
            if (waits.get()) {
                awaitLatch(slow);
            }
            return softToken.pin().toCharArray();
        };
        Pkcs11Config config = config(source)
                .recovery(QUICK.toBuilder().hangLimit(Duration.ofMillis(1)).build())
                .build();
        try (Pkcs11Token token = Pkcs11Token.open(config, target -> cryptoki = new FaultyCryptoki(target))) {
            Pkcs11Signer signer = token.signer(KeySelector.any());
            sign(signer);
            waits.set(true);
            cryptoki.answer("C_Sign", 1, ReturnValue.USER_NOT_LOGGED_IN);
            CompletableFuture<byte[]> signature = CompletableFuture.supplyAsync(() -> sign(signer));
            Await.until(Duration.ofSeconds(10), "the login is renewed", () -> cryptoki.count("C_Sign") >= 2);
            assertThat(token.sessions().hungCalls()).isZero();
            slow.countDown();
            assertThat(signature.join()).hasSize(256);
        }
    }

    private static void awaitLatch(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
