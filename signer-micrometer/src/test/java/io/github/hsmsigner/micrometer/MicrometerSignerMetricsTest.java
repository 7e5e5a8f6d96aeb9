package io.github.hsmsigner.micrometer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hsmsigner.core.ContainerFormat;
import io.github.hsmsigner.core.ContainerRequest;
import io.github.hsmsigner.core.Digest;
import io.github.hsmsigner.core.DigestAlgorithm;
import io.github.hsmsigner.core.PolicyDecision;
import io.github.hsmsigner.core.RawData;
import io.github.hsmsigner.core.RawDataRule;
import io.github.hsmsigner.core.RequestContext;
import io.github.hsmsigner.core.SignatureAlgorithm;
import io.github.hsmsigner.core.SigningKeys;
import io.github.hsmsigner.core.SigningQueue;
import io.github.hsmsigner.core.SigningService;
import io.github.hsmsigner.core.TestKeys;
import io.github.hsmsigner.core.cms.CmsContainerBuilder;
import io.github.hsmsigner.core.error.SigningException;
import io.github.hsmsigner.core.error.SigningUnavailableException;
import io.github.hsmsigner.core.error.SigningUnavailableException.Reason;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class MicrometerSignerMetricsTest {

    private static final Digest DIGEST =
            Digest.compute(DigestAlgorithm.SHA256, "data".getBytes(StandardCharsets.US_ASCII));
    private static final SignatureAlgorithm ALGORITHM = SignatureAlgorithm.RSA_PKCS1_SHA256;

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final MicrometerSignerMetrics metrics = new MicrometerSignerMetrics(registry);

    private SigningService.Builder service(String key) {
        return SigningService.builder(SigningKeys.of(TestKeys.key(key)), new CmsContainerBuilder())
                .metrics(metrics);
    }

    private static RequestContext context(String id) {
        return RequestContext.builder(id).deadline(TestKeys.soon()).build();
    }

    private long requests(String action, String result) {
        return registry.get("signer.request.duration")
                .tags("action", action, "result", result)
                .timer()
                .count();
    }

    private double counter(String name, String label, String value) {
        return registry.get(name).tag(label, value).counter().count();
    }

    @Test
    void measuresRequestsQueueAndSignerOfAKey() {
        SigningService service = service("contracts")
                .queue("contracts", SigningQueue.of(2, 3, Duration.ofSeconds(1)))
                .build();
        service.certificates(context("1"));
        service.signRaw(context("2"), DIGEST);
        service.signContainer(context("3"), ContainerRequest.forDigest(ContainerFormat.CMS, DIGEST));

        assertThat(requests("get_certificates", "ok")).isEqualTo(1);
        assertThat(requests("sign", "ok")).isEqualTo(1);
        assertThat(requests("sign_pkcs7", "ok")).isEqualTo(1);
        for (String name : List.of("signer.signature.duration", "signer.queue.duration")) {
            assertThat(registry.get(name).tag("key", "contracts").timer().count())
                    .as(name)
                    .isEqualTo(2);
        }
    }

    @ParameterizedTest
    @EnumSource(Reason.class)
    void countsTheReasonsOfUnavailability(Reason reason) {
        SigningService service = SigningService.builder(
                        SigningKeys.of(
                                List.of(),
                                Map.of("k", () -> SigningUnavailableException.lasting(reason, "away", null))),
                        new CmsContainerBuilder())
                .metrics(metrics)
                .build();
        assertThatThrownBy(() -> service.certificates(context("id"))).isInstanceOf(SigningUnavailableException.class);
        for (Reason each : Reason.values()) {
            assertThat(counter("signer.requests.unavailable", "reason", each.text()))
                    .isEqualTo(each == reason ? 1 : 0);
        }
        assertThat(requests("get_certificates", "error")).isEqualTo(1);
    }

    @Test
    void countsRawDataThatIsNotSignedAttributes() {
        RawData data = RawData.ofDigest(DIGEST);
        service("k").rawData(RawDataRule.WARN).build().signRaw(context("1"), data);
        SigningService strict =
                service("k").rawData(RawDataRule.SIGNED_ATTRIBUTES).build();
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> strict.signRaw(context("2"), data)).isInstanceOf(SigningException.class);
        }
        assertThat(counter("signer.raw.data.deviated", "result", "signed")).isEqualTo(1);
        assertThat(counter("signer.raw.data.deviated", "result", "refused")).isEqualTo(2);
    }

    @Test
    void countsWhatHappensToSignatures() {
        metrics.signatureDiscarded("k", ALGORITHM);
        metrics.signatureRefused("k");
        metrics.signatureRefused("k");
        metrics.signatureLate("k", Duration.ofSeconds(1));
        metrics.signatureLate("other", Duration.ofSeconds(1));
        assertThat(counter("signer.signatures.discarded", "key", "k")).isEqualTo(1);
        assertThat(counter("signer.signatures.refused", "key", "k")).isEqualTo(2);
        assertThat(counter("signer.late.signatures", "key", "k")).isEqualTo(1);
        assertThat(counter("signer.late.signatures", "key", "other")).isEqualTo(1);
    }

    /** No text of a request becomes a label, so that a client cannot make time series. */
    @Test
    void noRequestMakesATimeSeries() {
        SigningService service = service("k")
                .policy(attempt -> attempt.context().requestId().startsWith("denied")
                        ? PolicyDecision.deny("no")
                        : PolicyDecision.allow(attempt.context().requestId()))
                .build();
        service.signRaw(context("first"), DIGEST);
        Set<Meter.Id> before = ids();
        for (int i = 0; i < 100; i++) {
            service.certificates(context("allowed-" + i));
            RequestContext denied = context("denied-" + i);
            RequestContext unknown = RequestContext.builder("unknown-" + i)
                    .deadline(TestKeys.soon())
                    .keyName("key-" + i)
                    .build();
            assertThatThrownBy(() -> service.signRaw(denied, DIGEST)).isInstanceOf(SigningException.class);
            assertThatThrownBy(() -> service.signRaw(unknown, DIGEST)).isInstanceOf(SigningException.class);
        }
        assertThat(requests("get_certificates", "ok")).isEqualTo(100);
        assertThat(requests("sign", "error")).isEqualTo(200);
        assertThat(ids()).isEqualTo(before);
    }

    private Set<Meter.Id> ids() {
        Set<Meter.Id> ids = new HashSet<>();
        registry.forEachMeter(meter -> ids.add(meter.getId()));
        return ids;
    }

    @Test
    void severalThreadsAndServicesCountTogether() {
        List<CompletableFuture<Void>> threads = Stream.of("a", "b", "a")
                .map(key -> CompletableFuture.runAsync(
                        () -> {
                            for (int i = 0; i < 1_000; i++) {
                                metrics.signatureMade(key, ALGORITHM, Duration.ofMillis(1));
                            }
                        },
                        work -> new Thread(work, "signer-" + key).start()))
                .toList();
        assertThat(threads).allSatisfy(CompletableFuture::join);
        assertThat(registry.get("signer.signature.duration")
                        .tag("key", "a")
                        .timer()
                        .count())
                .isEqualTo(2_000);
        assertThat(registry.get("signer.signature.duration")
                        .tag("key", "b")
                        .timer()
                        .count())
                .isEqualTo(1_000);
    }

    @Test
    void histogramsHaveTheSameBucketsEverywhere() {
        PrometheusMeterRegistry prometheus = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        MicrometerSignerMetrics exposed = new MicrometerSignerMetrics(prometheus);
        exposed.signatureMade("k", ALGORITHM, Duration.ofMillis(3));
        exposed.signatureMade("k", ALGORITHM, Duration.ofMinutes(1));
        Scrape scrape = Scrape.of(prometheus);
        List<Double> counts = new ArrayList<>();
        for (String le : List.of(
                "2.0E-4", "5.0E-4", "0.001", "0.002", "0.005", "0.01", "0.02", "0.05", "0.1", "0.2", "0.5", "1.0",
                "2.0", "5.0", "10.0", "30.0", "+Inf")) {
            counts.add(scrape.value("signer_signature_duration_seconds_bucket", "key", "k", "le", le));
        }
        assertThat(counts)
                .containsExactly(0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 2.0);
        assertThat(scrape.value("signer_signature_duration_seconds_sum", "key", "k"))
                .isEqualTo(60.003);
    }
}
