package io.github.hsmsigner.micrometer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hsmsigner.audit.AuditFile;
import io.github.hsmsigner.audit.AuditFileSettings;
import io.github.hsmsigner.core.CertificateChain;
import io.github.hsmsigner.core.Digest;
import io.github.hsmsigner.core.DigestAlgorithm;
import io.github.hsmsigner.core.RequestContext;
import io.github.hsmsigner.core.SigningKey;
import io.github.hsmsigner.core.SigningKeys;
import io.github.hsmsigner.core.SigningQueue;
import io.github.hsmsigner.core.SigningService;
import io.github.hsmsigner.core.TestKeys;
import io.github.hsmsigner.core.cms.CmsContainerBuilder;
import io.github.hsmsigner.core.revocation.OnlineRevocationSource;
import io.github.hsmsigner.micrometer.internal.MetricDeclaration;
import io.github.hsmsigner.micrometer.internal.MetricDeclaration.Kind;
import io.micrometer.core.instrument.MockClock;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.simple.SimpleConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SignerMeterBindersTest {

    private static final Digest DIGEST =
            Digest.compute(DigestAlgorithm.SHA256, "data".getBytes(StandardCharsets.US_ASCII));
    private static final String EXPIRY = "signer.certificate.expiry.timestamp";
    private static final String REMAINING = "signer.certificate.remaining";

    @TempDir
    private Path directory;

    private static SigningService service(SigningKey key) {
        return SigningService.builder(SigningKeys.of(key), new CmsContainerBuilder())
                .build();
    }

    private static double key(SimpleMeterRegistry registry, String meter, String key) {
        return registry.get(meter).tag("key", key).gauge().value();
    }

    private static X509Certificate certificate(Instant end) {
        return TestKeys.PKI.certifySigner(
                "Signer", TestKeys.KEY_PAIR.getPublic(), Instant.now().minusSeconds(60), end);
    }

    @Test
    void theExpiryOfACertificateFollowsItsReload() {
        Instant soon = Instant.now().plus(2, ChronoUnit.DAYS).truncatedTo(ChronoUnit.SECONDS);
        AtomicReference<X509Certificate> current = new AtomicReference<>(certificate(soon));
        SigningKey key = SigningKey.open(
                "contracts",
                TestKeys.SIGNER,
                publicKey -> CertificateChain.of(current.get(), List.of()),
                TestKeys.soon());
        SigningKeys keys = SigningKeys.of(key);
        MockClock clock = new MockClock();
        SimpleMeterRegistry registry = new SimpleMeterRegistry(SimpleConfig.DEFAULT, clock);
        SignerMeterBinders.keys(keys::all).bindTo(registry);

        assertThat(key(registry, EXPIRY, "contracts")).isEqualTo(soon.getEpochSecond());
        assertThat(key(registry, REMAINING, "contracts"))
                .isEqualTo((soon.toEpochMilli() - clock.wallTime()) / 86_400_000.0);

        current.set(certificate(soon.plus(300, ChronoUnit.DAYS)));
        service(key).reloadCertificates();
        assertThat(key(registry, EXPIRY, "contracts"))
                .isEqualTo(soon.plus(300, ChronoUnit.DAYS).getEpochSecond());
        clock.add(Duration.ofDays(50_000));
        assertThat(key(registry, REMAINING, "contracts")).isNegative();
    }

    @Test
    void boundAgainKeysAreAddedReplacedAndRemovedInEachRegistry() {
        List<SigningKey> keys = new ArrayList<>();
        MeterBinder binder = SignerMeterBinders.keys(() -> List.copyOf(keys));
        List<SimpleMeterRegistry> registries = List.of(new SimpleMeterRegistry(), new SimpleMeterRegistry());
        registries.forEach(binder::bindTo);
        assertThat(registries)
                .allSatisfy(registry -> assertThat(registry.getMeters()).isEmpty());

        keys.add(TestKeys.key("a"));
        keys.add(TestKeys.key("b"));
        registries.forEach(binder::bindTo);
        assertThat(registries).allSatisfy(registry -> {
            assertThat(key(registry, EXPIRY, "a")).isPositive();
            assertThat(key(registry, EXPIRY, "b")).isPositive();
            // Present before it counts, so that the first one shows as an increase.
            assertThat(registry.get("signer.signatures.discarded")
                            .tag("key", "a")
                            .counter()
                            .count())
                    .isZero();
        });

        Instant end = Instant.now().plus(5, ChronoUnit.DAYS).truncatedTo(ChronoUnit.SECONDS);
        keys.clear();
        keys.add(SigningKey.open(
                "a", TestKeys.SIGNER, publicKey -> CertificateChain.of(certificate(end), List.of()), TestKeys.soon()));
        registries.forEach(binder::bindTo);
        assertThat(registries).allSatisfy(registry -> {
            assertThat(key(registry, EXPIRY, "a")).isEqualTo(end.getEpochSecond());
            assertThat(registry.find(EXPIRY).tag("key", "b").gauge()).isNull();
            assertThat(registry.find(REMAINING).tag("key", "b").gauge()).isNull();
        });
    }

    @Test
    void theSameCountersServeBinderAndMetrics() {
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        MicrometerSignerMetrics metrics = new MicrometerSignerMetrics(registry);
        SignerMeterBinders.keys(() -> List.of(TestKeys.key("k"))).bindTo(registry);
        metrics.signatureRefused("k");
        assertThat(registry.get("signer.signatures.refused")
                        .tag("key", "k")
                        .counter()
                        .count())
                .isEqualTo(1);
    }

    @Test
    void showsQueues() {
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        SigningQueue queue = SigningQueue.of(2, 3, Duration.ofSeconds(1));
        SignerMeterBinders.queue("hsm", queue).bindTo(registry);
        SignerMeterBinders.queue("other", SigningQueue.of(5, 0, Duration.ZERO)).bindTo(registry);
        assertThat(registry.get("signer.queue.places")
                        .tag("queue", "hsm")
                        .gauge()
                        .value())
                .isEqualTo(2);
        assertThat(registry.get("signer.queue.max.waiting")
                        .tag("queue", "hsm")
                        .gauge()
                        .value())
                .isEqualTo(3);
        assertThat(registry.get("signer.queue.places")
                        .tag("queue", "other")
                        .gauge()
                        .value())
                .isEqualTo(5);
        assertThat(registry.get("signer.queue.refused")
                        .tag("queue", "hsm")
                        .functionCounter()
                        .count())
                .isZero();
    }

    @Test
    void showsTheAuditLog() {
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        SigningService service;
        try (AuditFile audit = AuditFile.open(AuditFileSettings.of(directory.resolve("audit.log")))) {
            SignerMeterBinders.audit(audit).bindTo(registry);
            service = SigningService.builder(SigningKeys.of(TestKeys.key("k")), new CmsContainerBuilder())
                    .audit(audit)
                    .build();
            service.signRaw(RequestContext.builder("1").build(), DIGEST);
            assertThat(registry.get("signer.audit.lines").functionCounter().count())
                    .isPositive()
                    .isEqualTo(audit.status().lines());
            assertThat(registry.get("signer.audit.syncs").functionCounter().count())
                    .isEqualTo(audit.status().syncs());
            assertThat(registry.get("signer.audit.trouble").gauge().value()).isZero();
        }
        RequestContext late = RequestContext.builder("2").build();
        assertThatThrownBy(() -> service.signRaw(late, DIGEST)).hasMessageContaining("could not be recorded");
        assertThat(registry.get("signer.audit.not.recorded").functionCounter().count())
                .isEqualTo(1);
    }

    /** Prometheus and OpenMetrics names, types, labels and descriptions are the declared ones, and there are no others. */
    @Test
    void exposesTheDeclaredNamesToPrometheusAndNoOthers() {
        PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        registry.throwExceptionOnRegistrationFailure();
        new MicrometerSignerMetrics(registry);
        new MicrometerPkcs11Listener(registry, "hsm");
        SignerMeterBinders.keys(() -> List.of(TestKeys.key("k"))).bindTo(registry);
        SignerMeterBinders.queue("hsm", SigningQueue.of(1, 1, Duration.ofSeconds(1)))
                .bindTo(registry);
        try (OnlineRevocationSource revocation =
                        OnlineRevocationSource.builder().build();
                AuditFile audit = AuditFile.open(AuditFileSettings.of(directory.resolve("audit.log")))) {
            SignerMeterBinders.revocation(revocation).bindTo(registry);
            SignerMeterBinders.audit(audit).bindTo(registry);
            String text = registry.scrape();
            Scrape scrape = Scrape.parse(text);
            Set<String> declared = new TreeSet<>();
            for (MetricDeclaration metric : SigningMetrics.declared()) {
                MetricDeclaration.Series series = metric.series();
                boolean histogram = series.kind() == Kind.HISTOGRAM;
                declared.add(series.name());
                assertThat(scrape.types())
                        .containsEntry(series.name(), series.kind().text());
                assertThat(scrape.labelsOfSamples().get(histogram ? series.name() + "_count" : series.name()))
                        .as(series.name())
                        .containsExactlyInAnyOrderElementsOf(series.labels());
                assertThat(text).contains("# HELP " + series.name() + " " + series.description() + "\n");
                if (histogram) {
                    declared.add(series.name() + "_max");
                }
            }
            assertThat(new TreeSet<>(scrape.types().keySet())).isEqualTo(declared);
        }
    }
}
