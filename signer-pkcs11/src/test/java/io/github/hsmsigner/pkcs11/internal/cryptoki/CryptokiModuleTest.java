package io.github.hsmsigner.pkcs11.internal.cryptoki;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hsmsigner.pkcs11.softhsm.SoftHsm;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

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
}
