package io.github.hsmsigner.pkcs11;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.hsmsigner.core.error.SigningUnavailableException;
import io.github.hsmsigner.pkcs11.health.Pkcs11Listener;
import io.github.hsmsigner.pkcs11.internal.cryptoki.Cryptoki;
import io.github.hsmsigner.pkcs11.internal.cryptoki.CryptokiException;
import io.github.hsmsigner.pkcs11.internal.cryptoki.CryptokiModule;
import io.github.hsmsigner.pkcs11.internal.cryptoki.DelegatingCryptoki;
import io.github.hsmsigner.pkcs11.internal.cryptoki.FaultyCryptoki;
import io.github.hsmsigner.pkcs11.internal.cryptoki.ModuleInfo;
import io.github.hsmsigner.pkcs11.internal.cryptoki.NativeModule;
import io.github.hsmsigner.pkcs11.internal.cryptoki.ReturnValue;
import io.github.hsmsigner.pkcs11.internal.cryptoki.TokenInfo;
import io.github.hsmsigner.pkcs11.internal.scheduling.Scheduler;
import io.github.hsmsigner.pkcs11.internal.session.Generation;
import io.github.hsmsigner.pkcs11.internal.session.ModuleThreads;
import io.github.hsmsigner.pkcs11.internal.session.PoolListener;
import io.github.hsmsigner.pkcs11.internal.session.PoolSettings;
import io.github.hsmsigner.pkcs11.internal.session.SessionPool;
import io.github.hsmsigner.pkcs11.softhsm.SoftHsm;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Where an error makes a second call necessary that fails too, the caller gets the first error. */
class FirstErrorTest {

    private static SoftHsm.Token softToken;

    @BeforeAll
    static void makeToken() {
        softToken = SoftHsm.newToken();
    }

    private static Pkcs11Config config() {
        return Pkcs11Config.builder(SoftHsm.module())
                .pin(PinSource.fixed(softToken.pin().toCharArray()))
                .tokenLabel(softToken.label())
                .build();
    }

    private static FaultyCryptoki.Fault failing(Map<String, ReturnValue> answers) {
        return function -> {
            if (answers.containsKey(function)) {
                throw new CryptokiException(function, answers.get(function));
            }
        };
    }

    private static void assertFirst(Throwable failure, String first, String... suppressed) {
        assertThat(failure).isInstanceOf(CryptokiException.class).hasMessage(first);
        assertThat(failure.getSuppressed()).extracting(Throwable::getMessage).containsExactly(suppressed);
    }

    @Test
    void ofALoginAndTheEndOfItsSession() {
        UnaryOperator<Cryptoki> faults = target -> {
            FaultyCryptoki faulty = new FaultyCryptoki(target);
            faulty.fault(failing(
                    Map.of("C_Login", ReturnValue.DEVICE_ERROR, "C_CloseSession", ReturnValue.SESSION_HANDLE_INVALID)));
            return faulty;
        };
        assertThatThrownBy(() -> Pkcs11Token.open(config(), faults))
                .isInstanceOf(SigningUnavailableException.class)
                .satisfies(e -> assertFirst(
                        e.getCause(),
                        "C_Login answered CKR_DEVICE_ERROR",
                        "C_CloseSession answered CKR_SESSION_HANDLE_INVALID"));
    }

    /** A token with one read-write session manages keys in a session besides the pool. */
    @Test
    void ofKeyManagementAndTheEndOfItsSession() {
        FaultyCryptoki[] faulty = new FaultyCryptoki[1];
        try (Pkcs11Token token = Pkcs11Token.open(config(), target -> {
            faulty[0] = new FaultyCryptoki(target);
            return new OneReadWriteSession(faulty[0]);
        })) {
            faulty[0].fault(failing(Map.of(
                    "C_FindObjects", ReturnValue.FUNCTION_FAILED, "C_CloseSession", ReturnValue.DEVICE_REMOVED)));
            assertThatThrownBy(() -> token.keyManagement().generateKeyPair(KeyPairType.P_256, "new", new byte[] {1}))
                    .isInstanceOf(SigningUnavailableException.class)
                    .satisfies(e -> assertFirst(
                            e.getCause(),
                            "C_FindObjects answered CKR_FUNCTION_FAILED",
                            "C_CloseSession answered CKR_DEVICE_REMOVED"));
            faulty[0].good();
        }
    }

    @Test
    void ofAProbeAndTheEndOfItsSession() throws CryptokiException {
        try (CryptokiModule module = CryptokiModule.open(SoftHsm.module())) {
            FaultyCryptoki faulty = new FaultyCryptoki(module.cryptoki());
            TokenInfo info = faulty.tokenInfo(faulty.slotsWithToken().get(0));
            Generation generation = new Generation(module.epoch(), info, 0);
            Duration never = Duration.ofHours(1);
            try (ModuleThreads threads =
                    new ModuleThreads(module, Scheduler.system(), "test", never, Pkcs11Listener.none())) {
                SessionPool pool = new SessionPool(
                        faulty,
                        module,
                        threads,
                        () -> generation,
                        false,
                        new PoolSettings(1, 0, 1, never, never, never, never),
                        Pkcs11Listener.none(),
                        new PoolListener() {
                            @Override
                            public void openingFailed(Throwable cause) {}

                            @Override
                            public void loginLost(Generation lost) {}
                        });
                faulty.fault(failing(Map.of("C_CloseSession", ReturnValue.DEVICE_ERROR)));
                Throwable failure = catchThrowable(() -> pool.inNewSession(session -> {
                    throw new CryptokiException("C_SignInit", ReturnValue.KEY_HANDLE_INVALID);
                }));
                assertFirst(
                        failure,
                        "C_SignInit answered CKR_KEY_HANDLE_INVALID",
                        "C_CloseSession answered CKR_DEVICE_ERROR");
            }
        }
    }

    @Test
    void ofAnInitialisationThatFollowsAFailedEnd() throws Exception {
        FailingModule functions = new FailingModule();
        CryptokiModule module = CryptokiModule.open(Path.of("failing"), functions, Scheduler.system());
        functions.failing = true;
        Throwable failure = catchThrowable(() -> module.reinitialize(module.epoch(), Duration.ofSeconds(5)));
        assertFirst(failure, "C_Initialize answered CKR_DEVICE_ERROR", "C_Finalize answered CKR_GENERAL_ERROR");
    }

    /** Here the library closes what it opened, on a module that throws what it must not. */
    @Test
    void ofOpeningATokenAndGivingBackTheModule() {
        FailingModule functions = new FailingModule();
        functions.broken = true;
        assertThatThrownBy(() -> Pkcs11Token.open(
                        config(),
                        () -> CryptokiModule.open(Path.of("broken"), functions, Scheduler.system()),
                        UnaryOperator.identity(),
                        Duration.ofSeconds(5),
                        Scheduler.system()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("C_GetInfo")
                .satisfies(e -> assertThat(e.getSuppressed())
                        .extracting(Throwable::getMessage)
                        .containsExactly("C_Finalize"));
    }

    private static final class OneReadWriteSession extends DelegatingCryptoki {

        OneReadWriteSession(Cryptoki target) {
            super(target);
        }

        @Override
        public TokenInfo tokenInfo(long slotId) throws CryptokiException {
            TokenInfo info = super.tokenInfo(slotId);
            return new TokenInfo(
                    slotId,
                    info.label(),
                    info.serialNumber(),
                    info.manufacturer(),
                    info.model(),
                    info.flags(),
                    OptionalLong.of(1));
        }
    }

    /** A module without functions besides those of its life. */
    private static final class FailingModule extends DelegatingCryptoki implements NativeModule {

        private boolean failing;
        private boolean broken;

        FailingModule() {
            super(null);
        }

        @Override
        public void initialize(Optional<String> parameters) throws CryptokiException {
            if (failing) {
                throw new CryptokiException("C_Initialize", ReturnValue.DEVICE_ERROR);
            }
        }

        @Override
        public void finalizeModule() throws CryptokiException {
            if (failing) {
                throw new CryptokiException("C_Finalize", ReturnValue.GENERAL_ERROR);
            }
            if (broken) {
                throw new IllegalStateException("C_Finalize");
            }
        }

        @Override
        public ModuleInfo moduleInfo() {
            throw new IllegalStateException("C_GetInfo");
        }
    }
}
