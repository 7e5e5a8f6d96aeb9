package io.github.hsmsigner.pkcs11;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.core.error.SigningUnavailableException;
import io.github.hsmsigner.pkcs11.health.RecoverySettings;
import io.github.hsmsigner.pkcs11.health.TokenHealth;
import io.github.hsmsigner.pkcs11.softhsm.P11KitServer;
import io.github.hsmsigner.pkcs11.softhsm.SoftHsm;
import io.github.hsmsigner.testing.TestPki;
import java.time.Duration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * SoftHSM in another process, reached through p11-kit's remote module, and the process killed. The module answers CKR_DEVICE_ERROR to
 * everything from then on, until it is initialised again; initialised while there is no server, it shows no token.
 */
@Timeout(60)
class RemoteModuleTest {

    private static SoftHsm.Token softToken;

    @BeforeAll
    static void makeToken() {
        softToken = SoftHsm.newToken();
        softToken.importKey(TestPki.rsaKeyPair(2048), "key", "01");
    }

    private static Pkcs11Token open() {
        return Pkcs11Token.open(Pkcs11Config.builder(P11KitServer.clientModule())
                .pin(PinSource.fixed(softToken.pin().toCharArray()))
                .tokenLabel(softToken.label())
                // One call at a time: p11-kit's client was seen to hang for good when its connection breaks under
                // several.
                .maximumPoolSize(1)
                .recovery(RecoverySettings.builder()
                        .drainLimit(Duration.ofSeconds(2))
                        .build())
                .build());
    }

    @Test
    void aServerThatIsKilledAndComesBackThreeSecondsLaterIsUsedAgain() {
        P11KitServer server = P11KitServer.start();
        try (Pkcs11Token token = open()) {
            Load load = new Load(token.signer(KeySelector.any()), Duration.ofSeconds(5));
            try (load) {
                load.awaitMore(50);
                server.kill();
                Await.until(
                        Duration.ofSeconds(5),
                        "the breaker opens",
                        () -> !token.health().usable());
                long end = System.nanoTime() + Duration.ofSeconds(3).toNanos();
                Await.until(Duration.ofSeconds(4), "three seconds pass", () -> System.nanoTime() > end);
                assertThat(token.health().usable()).isFalse();

                server = P11KitServer.start();
                long made = load.made();
                Await.until(Duration.ofSeconds(20), "signing again", () -> load.made() > made);
                load.awaitMore(50);
            }
            assertThat(load.wrongSignatures()).isZero();
            assertThat(load.failures())
                    .isNotEmpty()
                    .allMatch(e -> e instanceof SigningUnavailableException u && u.retryable());
            assertThat(token.health()).isEqualTo(TokenHealth.healthy());
        } finally {
            server.kill();
        }
    }

    @Test
    void withoutAServerAtFirstTheHsmIsOutOfReachAndNothingIsHeldToBeAWrongSetting() {
        P11KitServer.beAway();
        assertThatThrownBy(RemoteModuleTest::open)
                .isInstanceOfSatisfying(
                        SigningUnavailableException.class,
                        e -> assertThat(e.retryable()).isTrue())
                .hasMessageContaining(P11KitServer.clientModule() + " shows no token: the HSM cannot be reached");

        P11KitServer server = P11KitServer.start();
        try (Pkcs11Token token = open()) {
            assertThat(token.health()).isEqualTo(TokenHealth.healthy());
            assertThatThrownBy(() -> Pkcs11Token.open(Pkcs11Config.builder(P11KitServer.clientModule())
                            .pin(PinSource.fixed(softToken.pin().toCharArray()))
                            .tokenLabel("absent")
                            .build()))
                    .isInstanceOf(InvalidConfigurationException.class)
                    .hasMessageContaining("none matches the token with label \"absent\"")
                    .hasMessageContaining(softToken.label());
        } finally {
            server.kill();
        }
    }

    @Test
    void aConnectionThatIsCutWhileTheServerStaysIsMadeAnew() {
        P11KitServer server = P11KitServer.start();
        try (Pkcs11Token token = open()) {
            try (Load load = new Load(token.signer(KeySelector.any()), Duration.ofSeconds(5))) {
                load.awaitMore(50);
                server.killConnections();
                Await.until(
                        Duration.ofSeconds(5),
                        "the breaker opens",
                        () -> !load.failures().isEmpty());
                Await.until(
                        Duration.ofSeconds(20),
                        "it works again",
                        () -> token.health().usable());
                load.awaitMore(50);
                assertThat(load.wrongSignatures()).isZero();
            }
        } finally {
            server.kill();
        }
    }
}
