package io.github.hsmsigner.pkcs11;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.SignatureAlgorithm;
import io.github.hsmsigner.core.error.SigningUnavailableException;
import io.github.hsmsigner.pkcs11.internal.cryptoki.CountingCryptoki;
import io.github.hsmsigner.pkcs11.internal.cryptoki.CryptokiException;
import io.github.hsmsigner.pkcs11.internal.cryptoki.CryptokiModule;
import io.github.hsmsigner.pkcs11.internal.cryptoki.ReturnValue;
import io.github.hsmsigner.pkcs11.internal.scheduling.Scheduler;
import io.github.hsmsigner.pkcs11.internal.scheduling.TaskThreads;
import io.github.hsmsigner.pkcs11.softhsm.SoftHsm;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.Signature;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Keys that want a login for each signature. */
class AlwaysAuthenticateTest {

    private static final byte[] MESSAGE = {1, 2, 3};
    private static final Duration LIMIT = Duration.ofSeconds(10);

    /** One for each test, because rejected PINs are remembered as long as the process lives. */
    private SoftHsm.Token softToken;

    private CountingCryptoki cryptoki;
    private Pkcs11Token token;

    @BeforeEach
    void makeKey() {
        softToken = SoftHsm.newToken();
        softToken.tool("--keypairgen", "--key-type", "rsa:2048", "--label", "careful", "--id", "01", "--always-auth");
    }

    /** As if the PIN had been changed since the login. */
    private final AtomicBoolean refuses = new AtomicBoolean();

    private final AtomicInteger sourceCalls = new AtomicInteger();

    /** While it is closed, the source does not return. */
    private volatile CountDownLatch sourceGate = new CountDownLatch(0);

    private char[] pin() {
        sourceCalls.incrementAndGet();
        try {
            sourceGate.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return softToken.pin().toCharArray();
    }

    private Pkcs11Signer open(VendorProfile profile) {
        Pkcs11Config config = Pkcs11Config.builder(SoftHsm.module())
                .pin(this::pin)
                .tokenLabel(softToken.label())
                .vendorProfile(profile)
                // No session opens in the background, between the calls that the tests compare.
                .minimumIdle(0)
                .build();
        token = Pkcs11Token.open(
                config,
                target -> cryptoki = new CountingCryptoki(target) {
                    @Override
                    public void loginContextSpecific(long session, char[] given) throws CryptokiException {
                        super.loginContextSpecific(session, given);
                        if (refuses.get()) {
                            throw new CryptokiException("C_Login", ReturnValue.PIN_INCORRECT);
                        }
                    }
                });
        return token.signer(KeySelector.any());
    }

    @AfterEach
    void close() {
        token.close();
    }

    private static byte[] sign(Pkcs11Signer signer) {
        return sign(signer, Duration.ofSeconds(10));
    }

    private static byte[] sign(Pkcs11Signer signer, Duration time) {
        return signer.signMessage(SignatureAlgorithm.RSA_PKCS1_SHA256, MESSAGE, Deadline.after(time));
    }

    @Test
    void theLoginComesBetweenTheStartAndTheSignature() throws GeneralSecurityException {
        Pkcs11Signer signer = open(VendorProfile.softHsm());
        sign(signer);
        cryptoki.calls().clear();
        byte[] signature = sign(signer);
        assertThat(cryptoki.calls()).containsExactly("C_SignInit", "C_Login(CKU_CONTEXT_SPECIFIC)", "C_Sign");
        Signature verifier = Signature.getInstance("SHA256withRSA");
        verifier.initVerify(signer.publicKey());
        verifier.update(MESSAGE);
        assertThat(verifier.verify(signature)).isTrue();
    }

    /** The source can be a command, or a service that answers slowly. */
    @Test
    void thePinIsKeptForSecondsAndNotReadForEachSignature() {
        Pkcs11Signer signer = open(VendorProfile.softHsm());
        for (int i = 0; i < 50; i++) {
            sign(signer);
        }
        assertThat(cryptoki.calls())
                .filteredOn("C_Login(CKU_CONTEXT_SPECIFIC)"::equals)
                .hasSize(50);
        assertThat(sourceCalls.get()).isLessThan(10);
    }

    @Test
    void withoutThatLoginTheTokenRefuses() {
        Pkcs11Signer signer = open(VendorProfile.cloudHsm());
        assertThatThrownBy(() -> sign(signer, Duration.ofSeconds(1)))
                .isInstanceOf(SigningUnavailableException.class)
                .hasMessageContaining("CKR_USER_NOT_LOGGED_IN");
    }

    @Test
    void aPinThatIsRefusedIsNotTriedAgain() {
        Pkcs11Signer signer = open(VendorProfile.softHsm());
        refuses.set(true);
        cryptoki.calls().clear();
        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(() -> sign(signer)).isInstanceOfSatisfying(SigningUnavailableException.class, e -> {
                assertThat(e.retryable()).isFalse();
                assertThat(e).hasMessageContaining("rejects the PIN").hasMessageContaining(softToken.label());
                assertThat(e.getMessage()).doesNotContain(softToken.pin());
            });
        }
        assertThat(cryptoki.calls()).containsOnlyOnce("C_Login(CKU_CONTEXT_SPECIFIC)");
    }

    /** Opens the token with one session, and waits until the PIN of its login is not known any more. */
    private void openUntilPinExpires() {
        ShortCache scheduler = new ShortCache();
        Pkcs11Config config = Pkcs11Config.builder(SoftHsm.module())
                .pin(this::pin)
                .tokenLabel(softToken.label())
                .vendorProfile(VendorProfile.softHsm())
                .maximumPoolSize(1)
                .build();
        token = Pkcs11Token.open(
                config,
                () -> CryptokiModule.open(config.module(), config.initializeParameters()),
                UnaryOperator.identity(),
                Duration.ofSeconds(10),
                scheduler);
        Await.until(LIMIT, "the PIN expires", () -> scheduler.expirations.get() > 0);
    }

    @Test
    void aSourceThatDoesNotReturnHoldsNeitherTheModuleNorASession() throws Exception {
        softToken.tool("--keypairgen", "--key-type", "rsa:2048", "--label", "usual", "--id", "02");
        openUntilPinExpires();
        Pkcs11Signer careful = token.signer(KeySelector.byLabel("careful"));
        Pkcs11Signer usual = token.signer(KeySelector.byLabel("usual"));
        int before = sourceCalls.get();
        sourceGate = new CountDownLatch(1);
        ExecutorService callers = Executors.newFixedThreadPool(4);
        try {
            List<Future<byte[]>> waiting = Stream.generate(() -> callers.submit(() -> sign(careful)))
                    .limit(4)
                    .toList();
            Await.until(LIMIT, "the source is called", () -> sourceCalls.get() > before);
            for (int i = 0; i < 10; i++) {
                sign(usual);
            }
            Await.until(LIMIT, "the session is free", () -> token.sessions().inUse() == 0);
            assertThat(waiting).noneMatch(Future::isDone);
            sourceGate.countDown();
            for (Future<byte[]> signature : waiting) {
                assertThat(signature.get()).hasSize(256);
            }
        } finally {
            sourceGate.countDown();
            callers.shutdownNow();
        }
    }

    @Test
    void aRequestEndsByItsDeadlineAlthoughTheSourceDoesNotReturn() {
        openUntilPinExpires();
        Pkcs11Signer careful = token.signer(KeySelector.byLabel("careful"));
        sourceGate = new CountDownLatch(1);
        try {
            assertThatThrownBy(() -> sign(careful, Duration.ofMillis(100)))
                    .isInstanceOfSatisfying(
                            SigningUnavailableException.class,
                            e -> assertThat(e.retryable()).isTrue())
                    .hasMessageContaining("The PIN source did not return before the deadline.");
        } finally {
            sourceGate.countDown();
        }
    }

    /** A trial signature shows which public key belongs to a private key on an elliptic curve, and requires the PIN. */
    @Test
    void aKeyWhosePublicHalfIsNotOnTheTokenIsFoundAlthoughThePinIsNotKnown() {
        softToken.tool(
                "--keypairgen", "--key-type", "EC:prime256v1", "--label", "hidden", "--id", "03", "--always-auth");
        openUntilPinExpires();
        PublicKey publicKey = token.signer(KeySelector.byLabel("hidden")).publicKey();
        token.close();
        softToken.tool("--delete-object", "--type", "pubkey", "--id", "03");
        openUntilPinExpires();
        int before = sourceCalls.get();
        Pkcs11Signer signer = token.signer(KeySelector.byLabel("hidden"), List.of(publicKey));
        assertThat(sourceCalls.get()).isGreaterThan(before);
        assertThat(signer.signMessage(SignatureAlgorithm.ECDSA_SHA256, MESSAGE, Deadline.after(LIMIT)))
                .isNotEmpty();
    }

    /** The system's scheduler, with less time until a PIN expires. */
    private static final class ShortCache implements Scheduler {

        private static final Duration CACHE_TIME = Duration.ofSeconds(5);
        private static final Duration SHORT = Duration.ofMillis(200);

        private final Scheduler system = Scheduler.system();
        private final AtomicInteger expirations = new AtomicInteger();

        @Override
        public long nanoTime() {
            return system.nanoTime();
        }

        @Override
        public void parkNanos(Object blocker, long nanos) {
            system.parkNanos(blocker, nanos);
        }

        @Override
        public void unpark(Thread thread) {
            system.unpark(thread);
        }

        @Override
        public RandomGenerator random() {
            return system.random();
        }

        @Override
        public TaskThreads threads(String name) {
            TaskThreads threads = system.threads(name);
            return new TaskThreads() {
                @Override
                public void execute(Runnable task) {
                    threads.execute(task);
                }

                @Override
                public void schedule(Duration delay, Runnable task) {
                    if (delay.equals(CACHE_TIME)) {
                        threads.schedule(SHORT, () -> {
                            task.run();
                            expirations.incrementAndGet();
                        });
                    } else {
                        threads.schedule(delay, task);
                    }
                }

                @Override
                public void closeTimer() {
                    threads.closeTimer();
                }

                @Override
                public boolean isTimerClosed() {
                    return threads.isTimerClosed();
                }

                @Override
                public void close() {
                    threads.close();
                }
            };
        }
    }
}
