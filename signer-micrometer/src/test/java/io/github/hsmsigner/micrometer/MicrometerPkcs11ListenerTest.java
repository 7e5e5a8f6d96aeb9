package io.github.hsmsigner.micrometer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.Digest;
import io.github.hsmsigner.core.DigestAlgorithm;
import io.github.hsmsigner.core.RequestContext;
import io.github.hsmsigner.core.SignatureAlgorithm;
import io.github.hsmsigner.core.Signer;
import io.github.hsmsigner.core.SigningKey;
import io.github.hsmsigner.core.SigningKeys;
import io.github.hsmsigner.core.SigningService;
import io.github.hsmsigner.core.TestKeys;
import io.github.hsmsigner.core.cms.CmsContainerBuilder;
import io.github.hsmsigner.core.error.SigningUnavailableException;
import io.github.hsmsigner.pkcs11.Await;
import io.github.hsmsigner.pkcs11.KeySelector;
import io.github.hsmsigner.pkcs11.PinSource;
import io.github.hsmsigner.pkcs11.Pkcs11Config;
import io.github.hsmsigner.pkcs11.Pkcs11Token;
import io.github.hsmsigner.pkcs11.health.Pkcs11Listener;
import io.github.hsmsigner.pkcs11.health.SessionCloseReason;
import io.github.hsmsigner.pkcs11.softhsm.SoftHsm;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class MicrometerPkcs11ListenerTest {

    private static final Digest DIGEST =
            Digest.compute(DigestAlgorithm.SHA256, "data".getBytes(StandardCharsets.US_ASCII));

    private static SoftHsm.Token softToken;

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final MicrometerPkcs11Listener listener = new MicrometerPkcs11Listener(registry, "hsm");

    @BeforeAll
    static void makeToken() {
        softToken = SoftHsm.newToken();
        softToken.importKey(TestKeys.KEY_PAIR, "key", "01");
        softToken.importKey(TestKeys.KEY_PAIR, "lost", "02");
    }

    /** Sessions are opened in the background. */
    private static void awaitFullPool(Pkcs11Token token) {
        Await.until(
                Duration.ofSeconds(20),
                "the pool is full",
                () -> token.sessions().idle() == token.sessions().capacity());
    }

    private Pkcs11Config config(String pin) {
        return Pkcs11Config.builder(SoftHsm.module())
                .pin(PinSource.fixed(pin.toCharArray()))
                .tokenLabel(softToken.label())
                .maximumPoolSize(3)
                .listener(listener)
                .build();
    }

    private static double state(Scrape scrape, String state) {
        return scrape.value("signer_token_state", "token", "hsm", "state", state);
    }

    @Test
    void aTokenInUse() {
        Pkcs11Config config = config(softToken.pin());
        Scrape before = Scrape.of(registry);
        assertThat(state(before, "unhealthy")).isEqualTo(1);
        assertThat(state(before, "healthy")).isZero();
        assertThat(before.value("signer_sessions_capacity", "token", "hsm")).isZero();

        try (Pkcs11Token token = Pkcs11Token.open(config)) {
            listener.monitor(token);
            Signer signer = token.signer(KeySelector.byLabel("key"));
            double calls = Scrape.of(registry).value("signer_hsm_duration_seconds_count", "token", "hsm");
            signer.sign(SignatureAlgorithm.RSA_PKCS1_SHA256, DIGEST, Deadline.after(Duration.ofSeconds(10)));
            awaitFullPool(token);

            Scrape scrape = Scrape.of(registry);
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
        Scrape after = Scrape.of(registry);
        assertThat(after.value("signer_sessions_closed_total", "token", "hsm", "reason", "token_closed"))
                .isPositive()
                .isEqualTo(after.value("signer_sessions_opened_total", "token", "hsm"));
    }

    @Test
    void aRefusedLogin() {
        try (Pkcs11Token token = Pkcs11Token.open(config("wrong-pin"))) {
            listener.monitor(token);
            assertThatThrownBy(() -> token.signer(KeySelector.any()))
                    .hasMessageContaining("the PIN (C_Login answered CKR_PIN_INCORRECT)");
            assertRefused();
        }
    }

    private void assertRefused() {
        Scrape scrape = Scrape.of(registry);
        assertThat(scrape.value("signer_logins_total", "token", "hsm", "result", "refused"))
                .isEqualTo(1);
        assertThat(scrape.value("signer_logins_total", "token", "hsm", "result", "ok"))
                .isZero();
        assertThat(state(scrape, "unhealthy")).isEqualTo(1);
    }

    @Test
    void troubleOfOneTokenAmongTwo() {
        new MicrometerPkcs11Listener(registry, "other");
        Pkcs11Listener events = listener;
        events.breakerOpened("C_Sign answered CKR_DEVICE_ERROR");
        Scrape open = Scrape.of(registry);
        assertThat(open.value("signer_breaker_open", "token", "hsm")).isEqualTo(1);
        assertThat(open.value("signer_breaker_open", "token", "other")).isZero();

        events.breakerClosed(Duration.ofSeconds(3));
        events.recovered(false);
        events.recovered(true);
        events.callHung();
        events.hungCallReturned();
        events.sessionOpened();
        events.sessionClosed(SessionCloseReason.EXPIRED);
        Scrape scrape = Scrape.of(registry);
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

    @Test
    void aTokenThatIsOpenedAgain() {
        for (int i = 1; i <= 2; i++) {
            try (Pkcs11Token token = Pkcs11Token.open(config(softToken.pin()))) {
                listener.monitor(token);
                token.signer(KeySelector.byLabel("key"));
                awaitFullPool(token);
                Scrape scrape = Scrape.of(registry);
                assertThat(state(scrape, "healthy")).isEqualTo(1);
                assertThat(scrape.value("signer_sessions_idle", "token", "hsm"))
                        .isPositive()
                        .isEqualTo(token.sessions().idle());
                assertThat(scrape.value("signer_logins_total", "token", "hsm", "result", "ok"))
                        .isEqualTo(i);
                assertThat(scrape.value("signer_breaker_open", "token", "hsm"))
                        .as("of the token that was closed with an open circuit breaker")
                        .isZero();
                listener.breakerOpened("C_Sign answered CKR_DEVICE_ERROR");
            }
            assertThat(state(Scrape.of(registry), "unhealthy")).isEqualTo(1);
        }
    }

    @Test
    void aKeyThatIsLostWhileTheTokenWorks() {
        try (Pkcs11Token token = Pkcs11Token.open(config(softToken.pin()))) {
            listener.monitor(token);
            SigningKeys keys = SigningKeys.of(List.of(key(token, "key"), key(token, "lost")));
            SigningService service = SigningService.builder(keys, new CmsContainerBuilder())
                    .metrics(new MicrometerSignerMetrics(registry))
                    .build();
            SignerMeterBinders.keys(keys::all).bindTo(registry);
            softToken.tool("--delete-object", "--type", "privkey", "--id", "02");
            Await.until(Duration.ofSeconds(20), "the key is missing", () -> {
                assertThat(signs(service, "lost")).isFalse();
                return Scrape.of(registry).value("signer_requests_unavailable_total", "reason", "key_missing") > 0;
            });
            Await.until(Duration.ofSeconds(20), "the other key signs", () -> signs(service, "key"));
            Await.until(
                    Duration.ofSeconds(20), "the token is healthy", () -> state(Scrape.of(registry), "healthy") == 1);

            Scrape scrape = Scrape.of(registry);
            assertThat(scrape.value("signer_signature_duration_seconds_count", "key", "key"))
                    .isEqualTo(1);
            assertThat(scrape.value("signer_signature_duration_seconds_count", "key", "lost"))
                    .isZero();
            assertThat(scrape.value("signer_request_duration_seconds_count", "action", "sign", "result", "ok"))
                    .isEqualTo(1);
        }
    }

    private static SigningKey key(Pkcs11Token token, String label) {
        return SigningKey.open(label, token.signer(KeySelector.byLabel(label)), TestKeys.SIGNER, TestKeys.soon());
    }

    private static boolean signs(SigningService service, String keyName) {
        try {
            service.signRaw(context(keyName), DIGEST);
            return true;
        } catch (SigningUnavailableException e) {
            return false;
        }
    }

    private static RequestContext context(String keyName) {
        return RequestContext.builder("request")
                .keyName(keyName)
                .deadline(TestKeys.soon())
                .build();
    }
}
