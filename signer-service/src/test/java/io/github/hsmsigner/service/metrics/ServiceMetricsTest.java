package io.github.hsmsigner.service.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.hsmsigner.audit.AuditFile;
import io.github.hsmsigner.audit.AuditFileSettings;
import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.Digest;
import io.github.hsmsigner.core.DigestAlgorithm;
import io.github.hsmsigner.core.RequestContext;
import io.github.hsmsigner.core.SignatureAlgorithm;
import io.github.hsmsigner.core.SigningKey;
import io.github.hsmsigner.core.SigningKeys;
import io.github.hsmsigner.core.SigningQueue;
import io.github.hsmsigner.core.SigningService;
import io.github.hsmsigner.core.TestKeys;
import io.github.hsmsigner.core.cms.CmsContainerBuilder;
import io.github.hsmsigner.micrometer.Scrape;
import io.github.hsmsigner.micrometer.SignerMeterBinders;
import io.github.hsmsigner.micrometer.internal.MetricDeclaration;
import io.github.hsmsigner.micrometer.internal.MetricDeclaration.Kind;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServiceMetricsTest {

    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
    private static final Digest DIGEST =
            Digest.compute(DigestAlgorithm.SHA256, "data".getBytes(StandardCharsets.US_ASCII));

    private final ServiceMetrics metrics = new ServiceMetrics("1.2.3");

    @TempDir
    private Path directory;

    @AfterEach
    void close() {
        metrics.close();
    }

    private static RequestContext context() {
        return RequestContext.builder("request")
                .deadline(Deadline.after(Duration.ofSeconds(10)))
                .build();
    }

    @Test
    void measuresRequestsQueueAndSignerOfAKey() {
        SigningQueue queue = SigningQueue.of(2, 3, Duration.ofSeconds(1));
        SigningService service = SigningService.builder(
                        SigningKeys.of(TestKeys.key("contracts")), new CmsContainerBuilder())
                .metrics(metrics.signing())
                .queue("contracts", queue)
                .build();
        metrics.bind(SignerMeterBinders.queue("hsm", queue));
        for (int i = 0; i < 3; i++) {
            service.signRaw(context(), DIGEST);
        }

        Scrape scrape = Scrapes.of(metrics);
        assertThat(scrape.value("signer_request_duration_seconds_count", "action", "sign", "result", "ok"))
                .isEqualTo(3);
        assertThat(scrape.value("signer_signature_duration_seconds_count", "key", "contracts"))
                .isEqualTo(3);
        assertThat(scrape.value("signer_queue_duration_seconds_count", "key", "contracts"))
                .isEqualTo(3);
        double total = scrape.value("signer_request_duration_seconds_sum", "action", "sign", "result", "ok");
        assertThat(scrape.value("signer_signature_duration_seconds_sum", "key", "contracts"))
                .isPositive()
                .isLessThan(total);
        assertThat(scrape.value("signer_queue_places", "queue", "hsm")).isEqualTo(2);
        assertThat(scrape.value("signer_queue_max_waiting", "queue", "hsm")).isEqualTo(3);
        assertThat(scrape.value("signer_queue_signing", "queue", "hsm")).isZero();
        assertThat(scrape.value("signer_queue_waiting", "queue", "hsm")).isZero();
        assertThat(scrape.value("signer_queue_refused_total", "queue", "hsm")).isZero();
    }

    @Test
    void showsWhenCertificatesExpireAndForgetsKeysThatAreGone() {
        List<SigningKey> keys = new ArrayList<>();
        metrics.bindState(() -> List.copyOf(keys), () -> false, () -> false, () -> NOW);
        assertThat(Scrapes.of(metrics).types()).doesNotContainKey("signer_certificate_expiry_timestamp_seconds");

        SigningKey key = TestKeys.key("late");
        keys.add(key);
        Instant end = key.chain().signer().getNotAfter().toInstant();
        Scrape scrape = Scrapes.of(metrics);
        assertThat(scrape.value("signer_certificate_expiry_timestamp_seconds", "key", "late"))
                .isEqualTo(end.getEpochSecond());
        assertThat(scrape.value("signer_certificate_remaining_days", "key", "late"))
                .isCloseTo(Duration.between(Instant.now(), end).toSeconds() / 86_400.0, within(0.01));
        // There before it counts, so that the first one shows as an increase.
        assertThat(scrape.value("signer_signatures_discarded_total", "key", "late"))
                .isZero();
        metrics.signing().signatureDiscarded("late", SignatureAlgorithm.RSA_PKCS1_SHA256);
        metrics.signing().signatureRefused("late");
        scrape = Scrapes.of(metrics);
        assertThat(scrape.value("signer_signatures_discarded_total", "key", "late"))
                .isEqualTo(1);
        assertThat(scrape.value("signer_signatures_refused_total", "key", "late"))
                .isEqualTo(1);

        keys.clear();
        assertThat(Scrapes.of(metrics).types()).doesNotContainKey("signer_certificate_expiry_timestamp_seconds");
    }

    @Test
    void concurrentScrapesShowEveryCertificate() {
        SigningKey key = TestKeys.key("k");
        metrics.bindState(() -> List.of(key), () -> false, () -> false, () -> NOW);
        List<CompletableFuture<Void>> scrapers = Stream.generate(() -> CompletableFuture.runAsync(
                        () -> {
                            for (int i = 0; i < 20; i++) {
                                assertThat(Scrapes.of(metrics).types())
                                        .containsKeys(
                                                "signer_certificate_expiry_timestamp_seconds",
                                                "signer_certificate_remaining_days");
                            }
                        },
                        work -> new Thread(work, "scraper").start()))
                .limit(3)
                .toList();
        assertThat(scrapers).allSatisfy(CompletableFuture::join);
    }

    @Test
    void showsTheAuditLog() {
        SigningService service;
        try (AuditFile audit = AuditFile.open(AuditFileSettings.of(directory.resolve("audit.log")))) {
            metrics.bind(SignerMeterBinders.audit(audit));
            service = SigningService.builder(SigningKeys.of(TestKeys.key("k")), new CmsContainerBuilder())
                    .metrics(metrics.signing())
                    .audit(audit)
                    .build();
            service.signRaw(context(), DIGEST);
            Scrape scrape = Scrapes.of(metrics);
            assertThat(scrape.value("signer_audit_lines_total"))
                    .isEqualTo(audit.status().lines());
            assertThat(scrape.value("signer_audit_lines_total")).isPositive();
            assertThat(scrape.value("signer_audit_syncs_total"))
                    .isEqualTo(audit.status().syncs());
            assertThat(scrape.value("signer_audit_not_recorded_total")).isZero();
            assertThat(scrape.value("signer_audit_trouble")).isZero();
        }
        assertThatThrownBy(() -> service.signRaw(context(), DIGEST)).hasMessageContaining("could not be recorded");
        Scrape scrape = Scrapes.of(metrics);
        assertThat(scrape.value("signer_audit_not_recorded_total")).isEqualTo(1);
        assertThat(scrape.value("signer_request_duration_seconds_count", "action", "sign", "result", "error"))
                .isEqualTo(1);
    }

    @Test
    void showsReadinessPolicyReloadsAndBuild() {
        Scrape before = Scrapes.of(metrics);
        assertThat(before.value("signer_ready")).isZero();
        assertThat(before.value("signer_policy_open")).isZero();
        assertThat(before.value("signer_reloads_total", "kind", "pin", "result", "ok"))
                .isZero();

        metrics.bindState(List::of, () -> true, () -> true, () -> NOW);
        for (ServiceMetrics.Reload kind : ServiceMetrics.Reload.values()) {
            metrics.reloaded(kind, true);
            metrics.reloaded(kind, false);
            metrics.reloaded(kind, false);
        }
        Scrape after = Scrapes.of(metrics);
        assertThat(after.value("signer_ready")).isEqualTo(1);
        assertThat(after.value("signer_policy_open")).isEqualTo(1);
        assertThat(after.value("signer_reloads_total", "kind", "tls", "result", "ok"))
                .isEqualTo(1);
        assertThat(after.value("signer_reloads_total", "kind", "certificates", "result", "failed"))
                .isEqualTo(2);
        assertThat(after.value(
                        "signer_build_info",
                        "version",
                        "1.2.3",
                        "java_version",
                        Runtime.version().toString()))
                .isEqualTo(1);
    }

    /** Every metric is declared, and what is declared is there, once everything is bound and used. */
    @Test
    void exposesWhatIsDeclaredAndNothingElse() {
        try (AuditFile audit = AuditFile.open(AuditFileSettings.of(directory.resolve("audit.log")))) {
            Scrape scrape = EverythingBound.scrape(metrics, audit);
            Set<String> declared = new TreeSet<>();
            for (MetricDeclaration metric : MetricsPageTest.declared()) {
                MetricDeclaration.Series series = metric.series();
                boolean histogram = series.kind() == Kind.HISTOGRAM;
                declared.add(series.name());
                assertThat(scrape.types())
                        .containsEntry(series.name(), series.kind().text());
                assertThat(scrape.labelsOfSamples().get(histogram ? series.name() + "_count" : series.name()))
                        .as(series.name())
                        .containsExactlyInAnyOrderElementsOf(series.labels());
                if (histogram) {
                    declared.add(series.name() + "_max");
                }
            }
            for (RuntimeMetric metric : RuntimeMetric.values()) {
                declared.add(metric.exposedName());
            }
            declared.add(RuntimeMetric.GC_PAUSE.exposedName() + "_max");
            // Whether a collector has phases beside the program, and when, is up to it.
            String concurrent = RuntimeMetric.GC_CONCURRENT.exposedName();
            declared.removeAll(Set.of(concurrent));
            Set<String> exposed = new TreeSet<>(scrape.types().keySet());
            exposed.removeAll(Set.of(concurrent, concurrent + "_max"));
            assertThat(exposed).isEqualTo(declared);
        }
    }
}
