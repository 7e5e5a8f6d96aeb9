package io.github.hsmsigner.pkcs11.internal.cryptoki;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.pkcs11.softhsm.SoftHsm;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CryptokiModuleTest {

    @Test
    @Timeout(value = 20, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void aModuleInWhichACallHangsIsOpenedAgainWithoutWaitingForThatCall() throws Exception {
        SoftHsm.newToken();
        CryptokiModule first = CryptokiModule.open(SoftHsm.module());
        long hanging = first.enter(TimeUnit.SECONDS.toNanos(1));
        long epoch = first.epoch();
        first.hungCalls(1);
        first.close();
        try (CryptokiModule second = CryptokiModule.open(SoftHsm.module())) {
            assertThat(second.epoch()).isEqualTo(epoch);
            assertThat(second.during(second.cryptoki()::slotsWithToken)).isNotEmpty();
            first.hungCalls(-1);
            first.exit(hanging);
        }
        try (CryptokiModule third = CryptokiModule.open(SoftHsm.module())) {
            assertThat(third.epoch()).isGreaterThan(epoch);
        }
    }

    /** The library of an HSM in a network connects in C_Initialize, and can wait there for long. */
    @Test
    @Timeout(value = 20, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void aModuleThatHangsInCInitializeKeepsNoOtherModuleFromBeingOpenedAndClosed(@TempDir Path directory)
            throws Exception {
        CountDownLatch began = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        ExecutorService thread = Executors.newSingleThreadExecutor();
        try {
            Path hanging = Files.createFile(directory.resolve("hanging.so"));
            Future<CryptokiModule> opening = thread.submit(() -> CryptokiModule.open(
                    hanging,
                    Optional.empty(),
                    path -> new Module(() -> {
                        began.countDown();
                        awaitLatch(release);
                    })));
            began.await();
            for (int i = 0; i < 20; i++) {
                Path file = Files.createFile(directory.resolve(i + ".so"));
                CryptokiModule.open(file, Optional.empty(), path -> new Module(() -> {}))
                        .close();
            }
            assertThat(opening.isDone()).isFalse();
            release.countDown();
            opening.get().close();
        } finally {
            release.countDown();
            thread.shutdownNow();
        }
    }

    /** C_Initialize answers that it was called before, because C_Finalize did not end that. */
    @ParameterizedTest
    @EnumSource(
            value = ReturnValue.class,
            names = {"FUNCTION_FAILED", "GENERAL_ERROR", "DEVICE_ERROR", "FUNCTION_NOT_SUPPORTED"})
    void aModuleThatRefusesCFinalizeStaysInitializedWithItsSessions(ReturnValue refusal, @TempDir Path directory)
            throws Exception {
        Path file = Files.createFile(directory.resolve("permanent.so"));
        Permanent permanent = new Permanent(refusal);
        CryptokiModule module = CryptokiModule.open(file, Optional.empty(), path -> permanent);
        long epoch = module.epoch();
        for (int i = 0; i < 2; i++) {
            assertThat(module.reinitialize(epoch, Duration.ofSeconds(1))).isFalse();
            assertThat(module.isCurrent(epoch)).isTrue();
        }
        module.close();
        assertThat(permanent.finalizations).isEqualTo(3);
        try (CryptokiModule again = CryptokiModule.open(file, Optional.empty())) {
            assertThat(again.isCurrent(epoch)).isTrue();
        }
        assertThatThrownBy(() -> CryptokiModule.open(file, Optional.of("other parameters")))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("other parameters");
        permanent.refusal = Optional.empty();
        CryptokiModule last = CryptokiModule.open(file, Optional.empty());
        assertThat(last.reinitialize(epoch, Duration.ofSeconds(1))).isTrue();
        assertThat(last.isCurrent(epoch)).isFalse();
        last.close();
    }

    @Test
    void aModuleThatOtherCodeInitializedIsNotUsed(@TempDir Path directory) throws Exception {
        Path file = Files.createFile(directory.resolve("foreign.so"));
        Permanent foreign = new Permanent(ReturnValue.FUNCTION_FAILED);
        foreign.initialize(Optional.empty());
        assertThatThrownBy(() -> CryptokiModule.open(file, Optional.empty(), path -> foreign))
                .isInstanceOf(CryptokiException.class)
                .hasMessageContaining("CKR_CRYPTOKI_ALREADY_INITIALIZED");
    }

    private static void awaitLatch(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static final class Module extends DelegatingCryptoki implements NativeModule {

        private final Runnable initialization;

        Module(Runnable initialization) {
            super(null);
            this.initialization = initialization;
        }

        @Override
        public void initialize(Optional<String> parameters) {
            initialization.run();
        }

        @Override
        public void finalizeModule() {}
    }

    /** A module whose C_Finalize returns an error. */
    private static final class Permanent extends DelegatingCryptoki implements NativeModule {

        private Optional<ReturnValue> refusal;
        private boolean initialized;
        private int finalizations;

        Permanent(ReturnValue refusal) {
            super(null);
            this.refusal = Optional.of(refusal);
        }

        @Override
        public void initialize(Optional<String> parameters) throws CryptokiException {
            if (initialized) {
                throw new CryptokiException("C_Initialize", ReturnValue.CRYPTOKI_ALREADY_INITIALIZED);
            }
            initialized = true;
        }

        @Override
        public void finalizeModule() throws CryptokiException {
            finalizations++;
            if (refusal.isPresent()) {
                throw new CryptokiException("C_Finalize", refusal.get());
            }
            initialized = false;
        }
    }
}
