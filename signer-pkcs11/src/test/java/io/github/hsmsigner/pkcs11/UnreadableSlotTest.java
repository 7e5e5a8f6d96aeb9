package io.github.hsmsigner.pkcs11;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.error.SigningUnavailableException;
import io.github.hsmsigner.pkcs11.description.TokenDescription;
import io.github.hsmsigner.pkcs11.health.Pkcs11Listener;
import io.github.hsmsigner.pkcs11.internal.cryptoki.Cryptoki;
import io.github.hsmsigner.pkcs11.internal.cryptoki.CryptokiException;
import io.github.hsmsigner.pkcs11.internal.cryptoki.CryptokiModule;
import io.github.hsmsigner.pkcs11.internal.cryptoki.DelegatingCryptoki;
import io.github.hsmsigner.pkcs11.internal.cryptoki.FaultyCryptoki;
import io.github.hsmsigner.pkcs11.internal.cryptoki.ModuleInfo;
import io.github.hsmsigner.pkcs11.internal.cryptoki.ReturnValue;
import io.github.hsmsigner.pkcs11.internal.cryptoki.TokenInfo;
import io.github.hsmsigner.pkcs11.internal.scheduling.Scheduler;
import io.github.hsmsigner.pkcs11.softhsm.SoftHsm;
import io.github.hsmsigner.testing.TestPki;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A slot that cannot be read hides no other slot. */
class UnreadableSlotTest {

    private static final Duration SLOT_LIMIT = Duration.ofMillis(500);
    private static final Predicate<TokenInfo> NOT_INITIALIZED = token -> !token.initialized();

    private static SoftHsm.Token softToken;

    @BeforeAll
    static void makeToken() {
        softToken = SoftHsm.newToken();
        softToken.importKey(TestPki.keyPair("EC", 256), "key", "01");
    }

    private static Pkcs11Config config() {
        return config(new Pkcs11Listener() {});
    }

    private static Pkcs11Config config(Pkcs11Listener events) {
        return Pkcs11Config.builder(SoftHsm.module())
                .pin(PinSource.fixed(softToken.pin().toCharArray()))
                .tokenLabel(softToken.label())
                .listener(events)
                .build();
    }

    private static Deadline soon() {
        return Deadline.after(Duration.ofSeconds(30));
    }

    private static void describesAndSigns(Pkcs11Token token, String problem) {
        TokenDescription description = token.describe(soon());
        assertThat(description.slots())
                .anySatisfy(slot ->
                        assertThat(slot.toString()).contains(": unreadable (").contains(problem))
                .anySatisfy(slot -> assertThat(slot.open()).isTrue());
        assertThat(description.keys()).hasSize(1);
        assertThat(description.problems()).noneSatisfy(text -> assertThat(text).contains(problem));
        token.signer(KeySelector.byLabel("key")).test(soon());
    }

    @ParameterizedTest
    @EnumSource(
            value = ReturnValue.class,
            names = {
                "TOKEN_NOT_RECOGNIZED",
                "TOKEN_NOT_PRESENT",
                "DEVICE_ERROR",
                "DEVICE_REMOVED",
                "FUNCTION_FAILED",
                "SLOT_ID_INVALID",
                "GENERAL_ERROR"
            })
    void theTokenInAnotherSlotIsUsed(ReturnValue answer) {
        try (Pkcs11Token token = Pkcs11Token.open(config(), c -> new FailingSlot(c, answer, NOT_INITIALIZED))) {
            describesAndSigns(token, "CKR_" + answer.name());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aSlotThatHangsIsLeftOut(boolean listenerThrows) throws InterruptedException {
        CountDownLatch release = new CountDownLatch(1);
        CountDownLatch returned = new CountDownLatch(1);
        Pkcs11Listener events = new Pkcs11Listener() {
            @Override
            public void callHung() {
                if (listenerThrows) {
                    throw new IllegalStateException("a bug of a listener");
                }
            }

            @Override
            public void hungCallReturned() {
                returned.countDown();
                callHung();
            }
        };
        try (Pkcs11Token token = Pkcs11Token.open(config(events), c -> new HangingSlot(c, release), SLOT_LIMIT)) {
            describesAndSigns(token, "has not returned");
            // Only one call hangs, however often the slots are read.
            describesAndSigns(token, "has not returned");
            // The module is finalised only when no call is in it, and other tests need that.
            release.countDown();
            assertThat(returned.await(30, TimeUnit.SECONDS)).isTrue();
        } finally {
            release.countDown();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"C_GetInfo", "C_GetSlotList"})
    void openingEndsAlthoughTheModuleDoesNotAnswer(String function) {
        CountDownLatch release = new CountDownLatch(1);
        try {
            assertThatThrownBy(
                            () -> Pkcs11Token.open(config(), c -> new HangingModule(c, function, release), SLOT_LIMIT)
                                    .close())
                    .isInstanceOf(SigningUnavailableException.class)
                    .hasMessageContaining("did not return before the deadline");
        } finally {
            release.countDown();
            SoftHsm.finalizeLeftModule();
        }
    }

    @Test
    void aSlotThatFailsWhileTheTokenIsInUseIsListed() {
        FailingSlot[] slot = new FailingSlot[1];
        try (Pkcs11Token token = Pkcs11Token.open(config(), c -> {
            slot[0] = new FailingSlot(c, ReturnValue.DEVICE_ERROR, t -> false);
            return slot[0];
        })) {
            slot[0].failing = NOT_INITIALIZED;
            describesAndSigns(token, "CKR_DEVICE_ERROR");
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = ReturnValue.class,
            names = {"USER_NOT_LOGGED_IN", "SESSION_HANDLE_INVALID", "CRYPTOKI_NOT_INITIALIZED"})
    void aSlotThatFailsDoesNotKeepTheTokenFromANewLogin(ReturnValue fault) {
        FailingSlot[] slot = new FailingSlot[1];
        FaultyCryptoki[] module = new FaultyCryptoki[1];
        try (Pkcs11Token token = Pkcs11Token.open(config(), c -> {
            module[0] = new FaultyCryptoki(c);
            slot[0] = new FailingSlot(module[0], ReturnValue.DEVICE_ERROR, t -> false);
            return slot[0];
        })) {
            Pkcs11Signer signer = token.signer(KeySelector.byLabel("key"));
            signer.test(soon());
            int logins = module[0].count("C_Login");
            slot[0].failing = NOT_INITIALIZED;
            module[0].fault(function -> {
                if (function.startsWith("C_Sign") && module[0].count("C_Login") == logins) {
                    throw new CryptokiException(function, fault);
                }
            });
            signer.test(soon());
            assertThat(module[0].count("C_Login")).isGreaterThan(logins);
        }
    }

    @Test
    void theUnreadableSlotMayHoldTheTokenThatIsMeant() {
        assertThatThrownBy(() -> Pkcs11Token.open(
                        config(), c -> new FailingSlot(c, ReturnValue.TOKEN_NOT_RECOGNIZED, TokenInfo::initialized)))
                .isInstanceOfSatisfying(
                        SigningUnavailableException.class,
                        e -> assertThat(e.retryable()).isTrue())
                .hasMessageContaining("CKR_TOKEN_NOT_RECOGNIZED");
    }

    @Test
    void anotherTokenIsNotTakenForTheOneWhoseSlotBecameUnreadable() throws CryptokiException {
        SoftHsm.Token other = SoftHsm.newToken();
        FailingSlot[] slot = new FailingSlot[1];
        Pkcs11Config any = Pkcs11Config.builder(SoftHsm.module())
                .pin(PinSource.fixed(softToken.pin().toCharArray()))
                .build();
        try (Pkcs11Token token = Pkcs11Token.open(any, c -> {
            slot[0] =
                    new FailingSlot(c, ReturnValue.DEVICE_ERROR, t -> !t.label().equals(softToken.label()));
            return slot[0];
        })) {
            slot[0].failing = t -> !t.label().equals(other.label());
            try (CryptokiModule module = CryptokiModule.open(SoftHsm.module());
                    SlotReader reader =
                            new SlotReader(Scheduler.system(), module, slot[0], any.listener(), SLOT_LIMIT)) {
                TokenFinder finder = new TokenFinder(Scheduler.system(), slot[0], any, reader);
                assertThat(finder.find().label()).isEqualTo(other.label());
                assertThatThrownBy(() -> finder.findAgain(token.info()))
                        .isInstanceOf(CryptokiException.class)
                        .hasMessageContaining("CKR_DEVICE_ERROR");
            }
        }
    }

    private static final class FailingSlot extends DelegatingCryptoki {

        private final ReturnValue answer;
        private volatile Predicate<TokenInfo> failing;

        FailingSlot(Cryptoki target, ReturnValue answer, Predicate<TokenInfo> failing) {
            super(target);
            this.answer = answer;
            this.failing = failing;
        }

        @Override
        public TokenInfo tokenInfo(long slotId) throws CryptokiException {
            TokenInfo info = super.tokenInfo(slotId);
            if (failing.test(info)) {
                throw new CryptokiException("C_GetTokenInfo", answer);
            }
            return info;
        }
    }

    private static final class HangingModule extends DelegatingCryptoki {

        private final String function;
        private final CountDownLatch release;

        HangingModule(Cryptoki target, String function, CountDownLatch release) {
            super(target);
            this.function = function;
            this.release = release;
        }

        private void call(String called) {
            if (called.equals(function)) {
                awaitLatch(release);
            }
        }

        @Override
        public ModuleInfo moduleInfo() throws CryptokiException {
            call("C_GetInfo");
            return super.moduleInfo();
        }

        @Override
        public List<Long> slotsWithToken() throws CryptokiException {
            call("C_GetSlotList");
            return super.slotsWithToken();
        }
    }

    private static void awaitLatch(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static final class HangingSlot extends DelegatingCryptoki {

        private final CountDownLatch release;
        private volatile boolean hangs;

        HangingSlot(Cryptoki target, CountDownLatch release) {
            super(target);
            this.release = release;
        }

        @Override
        public TokenInfo tokenInfo(long slotId) throws CryptokiException {
            TokenInfo info = super.tokenInfo(slotId);
            if (NOT_INITIALIZED.test(info)) {
                assertThat(hangs).isFalse();
                hangs = true;
                awaitLatch(release);
            }
            return info;
        }
    }
}
