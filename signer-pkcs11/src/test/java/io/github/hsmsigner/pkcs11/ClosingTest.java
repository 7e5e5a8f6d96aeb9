package io.github.hsmsigner.pkcs11;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.error.SigningException;
import io.github.hsmsigner.pkcs11.health.RecoverySettings;
import io.github.hsmsigner.pkcs11.internal.cryptoki.CryptokiException;
import io.github.hsmsigner.pkcs11.internal.cryptoki.CryptokiModule;
import io.github.hsmsigner.pkcs11.internal.cryptoki.FaultyCryptoki;
import io.github.hsmsigner.pkcs11.internal.cryptoki.ReturnValue;
import io.github.hsmsigner.pkcs11.softhsm.SoftHsm;
import io.github.hsmsigner.testing.TestPki;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a token leaves behind when it is closed at a bad moment. */
@Timeout(60)
class ClosingTest {

    private static SoftHsm.Token softToken;

    private FaultyCryptoki cryptoki;

    @BeforeAll
    static void makeToken() {
        softToken = SoftHsm.newToken();
        softToken.importKey(TestPki.keyPair("EC", 256), "key", "01");
    }

    @AfterEach
    void finalizeModule() {
        SoftHsm.finalizeLeftModule();
    }

    private Pkcs11Token open(Duration drainLimit) {
        return Pkcs11Token.open(
                Pkcs11Config.builder(SoftHsm.module())
                        .pin(PinSource.fixed(softToken.pin().toCharArray()))
                        .tokenLabel(softToken.label())
                        .maximumPoolSize(4)
                        .callingThread(CallingThread.MODULE)
                        .recovery(RecoverySettings.builder()
                                .drainLimit(drainLimit)
                                .build())
                        .build(),
                target -> cryptoki = new FaultyCryptoki(target));
    }

    private static long epoch() throws Exception {
        try (CryptokiModule share = CryptokiModule.open(SoftHsm.module())) {
            return share.epoch();
        }
    }

    private void assertNoSessionIsOpen() {
        assertThat(cryptoki.count("C_CloseSession")).isEqualTo(cryptoki.count("C_OpenSession"));
    }

    @Test
    void aThreadThatIsInterruptedClosesEverything() throws Exception {
        Pkcs11Token token = open(Duration.ofSeconds(10));
        token.signer(KeySelector.byLabel("key")).test(Deadline.after(Duration.ofSeconds(10)));
        long epoch = epoch();
        CountDownLatch began = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        cryptoki.fault(function -> {
            if (function.equals("C_Sign")) {
                began.countDown();
                awaitLatch(release);
            }
        });
        Pkcs11Signer signer = token.signer(KeySelector.byLabel("key"));
        Thread caller = new Thread(() -> signer.test(Deadline.after(Duration.ofSeconds(20))));
        caller.start();
        awaitLatch(began);
        Thread releasing = new Thread(() -> {
            Await.until(
                    Duration.ofSeconds(20),
                    "the token is being closed",
                    () -> !token.health().usable());
            release.countDown();
        });
        releasing.start();
        Thread.currentThread().interrupt();
        assertThat(token.tryClose()).as("complete").isTrue();
        assertThat(Thread.interrupted()).as("still interrupted").isTrue();
        assertNoSessionIsOpen();
        assertThat(epoch()).as("the module was finalised").isGreaterThan(epoch);
    }

    @ParameterizedTest
    @ValueSource(strings = {"C_Sign", "C_CloseSession", "C_GetTokenInfo"})
    void theOutcomeTellsThatACallDidNotReturn(String hanging) {
        CountDownLatch began = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        Pkcs11Token token = open(Duration.ofMillis(200));
        Pkcs11Signer signer = token.signer(KeySelector.byLabel("key"));
        cryptoki.fault(function -> {
            if (function.equals(hanging)) {
                began.countDown();
                awaitLatch(release);
            }
        });
        Thread caller = new Thread(() -> {
            try {
                signer.test(Deadline.after(Duration.ofMillis(100)));
                token.describe(Deadline.after(Duration.ofMillis(100)));
            } catch (SigningException e) {
                // The call does not return before the deadline.
            }
        });
        caller.start();
        Await.until(Duration.ofSeconds(10), "the caller is answered", () -> !caller.isAlive());
        assertThat(token.tryClose()).isFalse();
        awaitLatch(began);
        release.countDown();
        Await.until(
                Duration.ofSeconds(10),
                "all sessions are closed",
                () -> cryptoki.count("C_CloseSession") == cryptoki.count("C_OpenSession"));
    }

    @Test
    void aLoginThatIsUnderWayLeavesNoSession() {
        CountDownLatch began = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        Pkcs11Token token = open(Duration.ofMillis(200));
        Pkcs11Signer signer = token.signer(KeySelector.byLabel("key"));
        // Without a signature since the last login, a request does not log in again.
        signer.test(Deadline.after(Duration.ofSeconds(10)));
        cryptoki.fault(function -> {
            if (function.equals("C_Login")) {
                began.countDown();
                awaitLatch(release);
            }
            if (function.equals("C_Sign") && began.getCount() > 0) {
                throw new CryptokiException(function, ReturnValue.USER_NOT_LOGGED_IN);
            }
        });
        Thread caller = new Thread(() -> {
            try {
                signer.test(Deadline.after(Duration.ofSeconds(5)));
            } catch (SigningException e) {
                // The token is closed meanwhile.
            }
        });
        caller.start();
        awaitLatch(began);
        assertThat(token.tryClose()).as("the login has not returned").isFalse();
        assertThat(token.tryClose()).as("the same again").isFalse();
        release.countDown();
        Await.until(
                Duration.ofSeconds(10),
                "the session of the login is closed",
                () -> cryptoki.count("C_CloseSession") == cryptoki.count("C_OpenSession"));
        assertThat(token.health().usable()).isFalse();
        Await.until(Duration.ofSeconds(10), "the caller is answered", () -> !caller.isAlive());
    }

    private static void awaitLatch(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
