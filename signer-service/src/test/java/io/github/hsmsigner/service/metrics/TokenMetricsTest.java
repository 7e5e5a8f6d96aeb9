package io.github.hsmsigner.service.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.Digest;
import io.github.hsmsigner.core.DigestAlgorithm;
import io.github.hsmsigner.core.SignatureAlgorithm;
import io.github.hsmsigner.core.Signer;
import io.github.hsmsigner.http.TestKey;
import io.github.hsmsigner.pkcs11.KeySelector;
import io.github.hsmsigner.pkcs11.PinSource;
import io.github.hsmsigner.pkcs11.Pkcs11Config;
import io.github.hsmsigner.pkcs11.Pkcs11Token;
import io.github.hsmsigner.pkcs11.health.Pkcs11Listener;
import io.github.hsmsigner.pkcs11.health.SessionCloseReason;
import io.github.hsmsigner.pkcs11.softhsm.SoftHsm;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class TokenMetricsTest {

    private static final Digest DIGEST =
            Digest.compute(DigestAlgorithm.SHA256, "data".getBytes(StandardCharsets.US_ASCII));

    private static SoftHsm.Token softToken;

    private final ServiceMetrics metrics = new ServiceMetrics("1");

    @BeforeAll
    static void makeToken() {
        softToken = SoftHsm.newToken();
        softToken.importKey(TestKey.keyPair(), "key", "01");
    }

    @AfterEach
    void close() {
        metrics.close();
    }

    private Pkcs11Config config(String pin) {
        return Pkcs11Config.builder(SoftHsm.module())
                .pin(PinSource.fixed(pin.toCharArray()))
                .tokenLabel(softToken.label())
                .maximumPoolSize(3)
                .listener(metrics.tokenListener("hsm"))
                .build();
    }

    private static double state(Scrape scrape, String state) {
        return scrape.value("signer_token_state", "token", "hsm", "state", state);
    }

    @Test
    void aTokenInUse() {
        Pkcs11Config config = config(softToken.pin());
        Scrape before = Scrape.of(metrics);
        assertThat(state(before, "unhealthy")).isEqualTo(1);
        assertThat(state(before, "healthy")).isZero();
        assertThat(before.value("signer_sessions_capacity", "token", "hsm")).isZero();

        try (Pkcs11Token token = Pkcs11Token.open(config)) {
            metrics.bindToken("hsm", token);
            Signer signer = token.signer(KeySelector.byLabel("key"));
            double calls = Scrape.of(metrics).value("signer_hsm_duration_seconds_count", "token", "hsm");
            signer.sign(SignatureAlgorithm.RSA_PKCS1_SHA256, DIGEST, Deadline.after(Duration.ofSeconds(10)));

            Scrape scrape = Scrape.of(metrics);
            assertThat(state(scrape, "healthy")).isEqualTo(1);
            assertThat(state(scrape, "degraded")).isZero();
            assertThat(state(scrape, "unhealthy")).isZero();
            assertThat(scrape.value("signer_logins_total", "token", "hsm", "result", "ok"))
                    .isEqualTo(1);
            assertThat(scrape.value("signer_logins_total", "token", "hsm", "result", "refused"))
                    .isZero();
            assertThat(scrape.value("signer_sessions_capacity", "token", "hsm")).isEqualTo(3);
            assertThat(scrape.value("signer_sessions_in_use", "token", "hsm")).isZero();
            assertThat(scrape.value("signer_sessions_idle", "token", "hsm"))
                    .isPositive()
                    .isEqualTo(token.sessions().idle());
            assertThat(scrape.value("signer_sessions_opened_total", "token", "hsm"))
                    .isEqualTo(token.sessions().opened());
            assertThat(scrape.value("signer_hsm_duration_seconds_count", "token", "hsm"))
                    .isGreaterThan(calls);
            assertThat(scrape.value("signer_hsm_duration_seconds_sum", "token", "hsm"))
                    .isPositive();
        }
        Scrape after = Scrape.of(metrics);
        assertThat(after.value("signer_sessions_closed_total", "token", "hsm", "reason", "token_closed"))
                .isPositive()
                .isEqualTo(after.value("signer_sessions_opened_total", "token", "hsm"));
    }

    @Test
    void aRefusedLogin() {
        try (Pkcs11Token token = Pkcs11Token.open(config("wrong-pin"))) {
            metrics.bindToken("hsm", token);
            assertThatThrownBy(() -> token.signer(KeySelector.any()))
                    .hasMessageContaining("the PIN (C_Login answered CKR_PIN_INCORRECT)");
            assertRefused();
        }
    }

    private void assertRefused() {
        Scrape scrape = Scrape.of(metrics);
        assertThat(scrape.value("signer_logins_total", "token", "hsm", "result", "refused"))
                .isEqualTo(1);
        assertThat(scrape.value("signer_logins_total", "token", "hsm", "result", "ok"))
                .isZero();
        assertThat(state(scrape, "unhealthy")).isEqualTo(1);
    }

    @Test
    void troubleOfOneTokenAmongTwo() {
        metrics.tokenListener("other");
        Pkcs11Listener events = metrics.tokenListener("hsm");
        events.breakerOpened("C_Sign answered CKR_DEVICE_ERROR");
        Scrape open = Scrape.of(metrics);
        assertThat(open.value("signer_breaker_open", "token", "hsm")).isEqualTo(1);
        assertThat(open.value("signer_breaker_open", "token", "other")).isZero();

        events.breakerClosed(Duration.ofSeconds(3));
        events.recovered(false);
        events.recovered(true);
        events.callHung();
        events.hungCallReturned();
        events.sessionOpened();
        events.sessionClosed(SessionCloseReason.EXPIRED);
        Scrape scrape = Scrape.of(metrics);
        assertThat(scrape.value("signer_breaker_open", "token", "hsm")).isZero();
        assertThat(scrape.value("signer_breaker_opened_total", "token", "hsm")).isEqualTo(1);
        assertThat(scrape.value("signer_recoveries_total", "token", "hsm", "module", "kept"))
                .isEqualTo(1);
        assertThat(scrape.value("signer_recoveries_total", "token", "hsm", "module", "initialized"))
                .isEqualTo(1);
        assertThat(scrape.value("signer_calls_hung_total", "token", "hsm")).isEqualTo(1);
        assertThat(scrape.value("signer_sessions_opened_total", "token", "hsm")).isEqualTo(1);
        assertThat(scrape.value("signer_sessions_closed_total", "token", "hsm", "reason", "expired"))
                .isEqualTo(1);
        assertThat(scrape.value("signer_breaker_opened_total", "token", "other"))
                .isZero();
    }
}
