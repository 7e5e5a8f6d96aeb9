package io.github.hsmsigner.pkcs11.cryptoki;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hsmsigner.pkcs11.softhsm.SoftHsm;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

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
}
