package io.github.hsmsigner.pkcs11;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.core.failover.FailoverSigner;
import io.github.hsmsigner.pkcs11.health.RecoverySettings;
import io.github.hsmsigner.pkcs11.internal.cryptoki.FaultyCryptoki;
import io.github.hsmsigner.pkcs11.internal.cryptoki.ReturnValue;
import io.github.hsmsigner.pkcs11.softhsm.SoftHsm;
import io.github.hsmsigner.testing.TestPki;
import java.security.KeyPair;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** One key on two tokens, one of which fails while sixteen threads sign. */
@Timeout(60)
class SeveralTokensTest {

    private static final KeyPair KEY = TestPki.rsaKeyPair(2048);
    private static final Duration DEADLINE = Duration.ofSeconds(5);
    private static final SoftHsm.Token FIRST = SoftHsm.newToken();
    private static final SoftHsm.Token SECOND = SoftHsm.newToken();
    private static final SoftHsm.Token OTHER = SoftHsm.newToken();

    private final FaultyCryptoki[] faults = new FaultyCryptoki[2];
    private Pkcs11Token first;
    private Pkcs11Token second;

    @BeforeAll
    static void makeTokens() {
        // All of them first: SoftHSM looks for its tokens at C_Initialize.
        FIRST.importKey(KEY, "contracts", "01");
        SECOND.importKey(KEY, "contracts", "01");
        OTHER.importKey(TestPki.rsaKeyPair(2048), "contracts", "01");
    }

    @BeforeEach
    void open() {
        first = open(0, FIRST);
        second = open(1, SECOND);
    }

    private Pkcs11Token open(int number, SoftHsm.Token token) {
        Pkcs11Config config = Pkcs11Config.builder(SoftHsm.module())
                .pin(PinSource.fixed(token.pin().toCharArray()))
                .tokenLabel(token.label())
                .callingThread(CallingThread.MODULE)
                .recovery(RecoverySettings.builder()
                        .retryPauses(Duration.ofMillis(2), Duration.ofMillis(50))
                        .probePauses(Duration.ofMillis(20), Duration.ofMillis(200))
                        .build())
                .build();
        return Pkcs11Token.open(config, target -> faults[number] = new FaultyCryptoki(target));
    }

    @AfterEach
    void close() {
        faults[0].good();
        faults[1].good();
        first.close();
        second.close();
    }

    private static Pkcs11Signer signer(Pkcs11Token token) {
        return token.signer(KeySelector.byLabel("contracts"));
    }

    @ParameterizedTest
    @EnumSource(FailoverSigner.Strategy.class)
    void signingGoesOnWhileOneTokenIsGood(FailoverSigner.Strategy strategy) {
        FailoverSigner signer = FailoverSigner.builder(List.of(signer(first), signer(second)))
                .strategy(strategy)
                .pauses(Duration.ofMillis(50), Duration.ofMillis(200))
                .build();
        Load load = new Load(signer, DEADLINE);
        try (load) {
            load.awaitMore(100);
            assertThat(signer.usable()).isEqualTo(2);
            faults[0].answer(ReturnValue.DEVICE_ERROR);
            load.awaitMore(300);
            assertThat(signer.usable()).isEqualTo(1);
            faults[0].good();
            load.awaitMore(50);
            long end = System.nanoTime() + DEADLINE.toNanos();
            while (signer.usable() < 2) {
                assertThat(System.nanoTime())
                        .as("the time until the first token is used again")
                        .isLessThan(end);
                load.awaitMore(1);
            }
        }
        assertThat(load.failures()).isEmpty();
    }

    @Test
    void tokensWithDifferentKeysOfOneLabelAreNoOneSigner() {
        try (Pkcs11Token other = open(1, OTHER)) {
            assertThatThrownBy(() -> FailoverSigner.builder(List.of(signer(first), signer(other))))
                    .isInstanceOf(InvalidConfigurationException.class)
                    .hasMessageContaining("do not hold the same key");
        }
    }
}
