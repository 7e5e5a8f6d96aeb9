package io.github.hsmsigner.service.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hsmsigner.core.CertificateChain;
import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.SignatureScheme;
import io.github.hsmsigner.core.SigningKey;
import io.github.hsmsigner.core.keystore.KeyStoreSigner;
import io.github.hsmsigner.http.Client;
import io.github.hsmsigner.http.TestKey;
import io.github.hsmsigner.service.config.ServiceSettings;
import io.github.hsmsigner.service.config.ShowsEffectOf;
import io.github.hsmsigner.testing.CapturedLog;
import io.github.hsmsigner.testing.TestPki;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class WarmUpTest {

    private static final String CERTIFICATES = "{\"action\":\"get_certificates\"}";

    @TempDir
    private Path directory;

    private ConfiguredService start(int requests) {
        return ConfiguredService.start(
                directory,
                ConfiguredService.keyInFile(directory) + "server: {port: 0, warm-up-requests: " + requests + "}\n");
    }

    private static void awaitReady(Client client) {
        await(() -> client.get("/health/ready").statusCode() == 200);
    }

    /** Longer than the limit of a warm-up takes on a machine with other load. */
    private static void await(BooleanSupplier condition) {
        Deadline deadline = Deadline.after(Duration.ofSeconds(40));
        while (!condition.getAsBoolean()) {
            assertThat(deadline.hasPassed()).isFalse();
            Thread.yield();
        }
    }

    @Test
    @ShowsEffectOf("server.warm-up-requests")
    void theServiceIsReadyAfterTheRequests() {
        try (CapturedLog log = new CapturedLog();
                ConfiguredService service = start(21)) {
            ConfiguredService.await(
                    "ready", () -> service.client().get("/health/ready").statusCode() == 200);
            assertThat(log.text()).contains("Warm-up: 21 requests in ");
        }
    }

    @Test
    void theServiceServesRequestsMeanwhile() {
        try (ConfiguredService service = start(1_000_000)) {
            HttpResponse<byte[]> ready = service.client().get("/health/ready");
            assertThat(ready.statusCode()).isEqualTo(503);
            assertThat(Client.text(ready))
                    .startsWith("{\"status\":\"not_ready\",\"reasons\":[\"The service is warming up.\"]");
            assertThat(service.client().get("/health/live").statusCode()).isEqualTo(200);
            assertThat(service.client().sign(CERTIFICATES).statusCode()).isEqualTo(200);
            assertThat(service.metric("signer_ready")).isZero();
        }
        assertThat(Thread.getAllStackTraces().keySet())
                .noneMatch(thread -> thread.getName().startsWith("warm-up"));
    }

    @Test
    void itsRequestsAreNotInTheMetricsNorInTheLog() {
        try (ChildProcess process = ChildProcess.start(
                directory,
                Map.of(
                        "SIGNING_KEYSTORE",
                        TestKey.writeKeyStore(directory).toString(),
                        "SIGNING_KEYSTORE_PASSWORD",
                        TestKey.PASSWORD,
                        "SIGNING_SERVICE_PORT",
                        "0",
                        "SIGNING_SERVICE_WARM_UP_REQUESTS",
                        "21"))) {
            Client client = new Client(process.awaitPort());
            awaitReady(client);
            assertThat(client.sign(CERTIFICATES).statusCode()).isEqualTo(200);
            assertThat(Client.text(client.get("/metrics")).lines())
                    .filteredOn(line -> line.startsWith("signer_requests_total") && !line.endsWith(" 0.0"))
                    .singleElement()
                    .asString()
                    .endsWith(" 1.0");
            process.terminate();
            assertThat(process.exitCode()).isZero();
            assertThat(process.output())
                    .filteredOn(line -> line.contains("Request "))
                    .hasSize(1);
            assertThat(process.output())
                    .filteredOn(line -> line.contains("Warm-up: "))
                    .hasSize(1);
            assertThat(process.output())
                    .filteredOn(line -> line.contains("Listening"))
                    .hasSize(1);
        }
    }

    @Test
    void thereAreThreeClassesOfKeysForEachKindOfKey() {
        KeyPair rsa = TestKey.keyPair();
        List<SigningKey> keys = List.of(
                key("rsa", rsa, SignatureScheme.RSA_PKCS1),
                key("second", rsa, SignatureScheme.RSA_PKCS1),
                key("p256", TestPki.keyPair("EC", 256), SignatureScheme.ECDSA),
                key("p384", TestPki.keyPair("EC", 384), SignatureScheme.ECDSA),
                key("ed25519", TestPki.keyPair("Ed25519", 255), SignatureScheme.ED25519));
        assertThat(ThrowAwayKey.like(keys))
                .extracting(key -> key.chain().signer().getPublicKey().getAlgorithm())
                .containsExactly("RSA", "EC", "EC", "EdDSA", "RSA", "EC", "EC", "EdDSA", "RSA", "EC", "EC", "EdDSA");
        assertThat(ThrowAwayKey.like(keys))
                .extracting(key -> key.signer().getClass())
                .satisfies(classes -> assertThat(Set.copyOf(classes)).hasSize(3));
    }

    /** The service verifies each signature of the warm-up, and answers with an error if it is wrong. */
    @Test
    void eachKindOfKeySigns() {
        List<SigningKey> keys = List.of(
                key("pss", TestKey.keyPair(), SignatureScheme.RSA_PSS),
                key("p521", TestPki.keyPair("EC", 521), SignatureScheme.ECDSA));
        assertAllAnswered(keys);
        assertAllAnswered(List.of(key("ed25519", TestPki.keyPair("Ed25519", 255), SignatureScheme.ED25519)));
    }

    /** Readiness depends on {@link WarmUp#isDone}. The clock advances each time the warm-up reads it, and overflows. */
    @ParameterizedTest
    @CsvSource({"0, 20", "2000, 14", "14999, 2", "15000, 1", "29999, 1", "30000, 0"})
    void noRequestBeginsAfterTheLimit(long stepMillis, int sent) {
        ServiceSettings settings =
                new TestSettings().testKey(directory).warmUpRequests(20).build();
        AtomicLong clock =
                new AtomicLong(Long.MAX_VALUE - Duration.ofSeconds(10).toNanos());
        LongSupplier nanoTime =
                () -> clock.getAndAdd(Duration.ofMillis(stepMillis).toNanos());
        try (CapturedLog log = new CapturedLog();
                WarmUp warmUp = new WarmUp(settings, nanoTime)) {
            assertThat(warmUp.isDone()).isFalse();
            warmUp.start(List.of(key("p256", TestPki.keyPair("EC", 256), SignatureScheme.ECDSA)));
            await(warmUp::isDone);
            assertThat(log.lines()).noneMatch(line -> line.contains("The warm-up failed."));
            assertThat(log.text()).contains("Warm-up: " + sent + " requests in ");
        }
    }

    private void assertAllAnswered(List<SigningKey> keys) {
        assertAllAnswered(14, keys);
    }

    /** Each server has a thousand requests. */
    @Test
    void anotherServerServesTheRest() {
        assertAllAnswered(1_001, List.of(key("p256", TestPki.keyPair("EC", 256), SignatureScheme.ECDSA)));
    }

    private void assertAllAnswered(int requests, List<SigningKey> keys) {
        try (CapturedLog log = new CapturedLog();
                WarmUp warmUp = new WarmUp(new TestSettings()
                        .testKey(directory)
                        .warmUpRequests(requests)
                        .build())) {
            warmUp.start(keys);
            await(warmUp::isDone);
            assertThat(log.lines()).noneMatch(line -> line.contains("The warm-up failed."));
            assertThat(log.text()).contains("Warm-up: " + requests + " requests in ");
        }
    }

    @Test
    void aTokenThatIsNotReachedIsTakenForOneWithAnRsaKey() {
        assertThat(ThrowAwayKey.like(List.of()))
                .extracting(key -> key.chain().signer().getPublicKey().getAlgorithm())
                .containsExactly("RSA", "RSA", "RSA");
    }

    private static SigningKey key(String name, KeyPair pair, SignatureScheme scheme) {
        CertificateChain chain = CertificateChain.of(TestKey.pki().certifySigner(name, pair.getPublic()), List.of());
        return SigningKey.open(
                name,
                KeyStoreSigner.of(pair, List.of()),
                scheme,
                publicKey -> chain,
                Deadline.after(Duration.ofSeconds(10)));
    }
}
