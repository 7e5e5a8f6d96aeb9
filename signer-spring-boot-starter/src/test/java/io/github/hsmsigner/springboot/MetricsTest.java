package io.github.hsmsigner.springboot;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hsmsigner.audit.AuditFile;
import io.github.hsmsigner.audit.AuditFileSettings;
import io.github.hsmsigner.core.AuditLog;
import io.github.hsmsigner.core.ContainerFormat;
import io.github.hsmsigner.core.ContainerRequest;
import io.github.hsmsigner.core.DigestAlgorithm;
import io.github.hsmsigner.core.RequestContext;
import io.github.hsmsigner.core.SignerMetrics;
import io.github.hsmsigner.core.SigningService;
import io.github.hsmsigner.micrometer.MicrometerSignerMetrics;
import io.github.hsmsigner.pkcs11.Await;
import io.github.hsmsigner.pkcs11.softhsm.SoftHsm;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** Requests, keys, queues and tokens in the meter registry of the application. */
class MetricsTest {

    @TempDir
    private static Path directory;

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    SignerAutoConfiguration.class,
                    SignerMetricsAutoConfiguration.class,
                    MetricsAutoConfiguration.class,
                    CompositeMeterRegistryAutoConfiguration.class));

    private static void sign(SigningService service) {
        service.signContainer(
                RequestContext.builder("r").keyName("contracts").build(),
                ContainerRequest.forContent(ContainerFormat.CADES_B_B, DigestAlgorithm.SHA256, new byte[] {1, 2, 3}));
    }

    @Test
    void requestsKeysQueuesAndTokensAreMeasured() {
        SoftHsm.Token token = SoftHsm.newToken();
        TestKey.onToken(token, TestKey.EC, "contracts", "01");
        TestKeySource.released = new CountDownLatch(1);
        runner.withBean(SimpleMeterRegistry.class)
                .withPropertyValues(
                        "signer.keys.contracts.uri=" + TestKey.uri(token, "contracts", directory),
                        "signer.keys.late.uri=test:off",
                        "signer.revocation-info=true")
                .run(context -> {
                    MeterRegistry registry = context.getBean(MeterRegistry.class);
                    sign(context.getBean(SigningService.class));
                    assertThat(registry.get("signer.request.duration")
                                    .tags("action", "sign_pkcs7", "result", "ok")
                                    .timer()
                                    .count())
                            .isEqualTo(1);
                    assertThat(registry.find("signer.revocation.refreshes").meters())
                            .isNotEmpty();
                    assertThat(registry.get("signer.queue.places").gauge().value())
                            .isPositive();
                    assertThat(registry.get("signer.sessions.capacity")
                                    .tag("token", token.label())
                                    .gauge()
                                    .value())
                            .isEqualTo(32);
                    assertThat(registry.find("signer.certificate.expiry.timestamp")
                                    .tag("key", "late")
                                    .meters())
                            .isEmpty();
                    TestKeySource.released.countDown();
                    Await.until(
                            Duration.ofSeconds(30),
                            "the meters of the key that was found later",
                            () -> !registry.find("signer.certificate.expiry.timestamp")
                                    .tag("key", "late")
                                    .meters()
                                    .isEmpty());
                });
    }

    @Test
    void theAuditLogOfTheApplicationIsMeasured() {
        runner.withBean(SimpleMeterRegistry.class)
                .withBean(AuditFile.class, () -> AuditFile.open(AuditFileSettings.of(directory.resolve("audit.jsonl"))))
                .withPropertyValues("signer.keys.contracts.uri=" + TestKey.file(directory, "contracts"))
                .run(context -> {
                    sign(context.getBean(SigningService.class));
                    assertThat(context.getBean(AuditLog.class)).isInstanceOf(AuditFile.class);
                    assertThat(context.getBean(MeterRegistry.class)
                                    .get("signer.audit.lines")
                                    .functionCounter()
                                    .count())
                            .isEqualTo(1);
                });
    }

    @Test
    void theMetricsOfTheApplicationWin() {
        SignerMetrics own = SignerMetrics.none();
        runner.withBean(SimpleMeterRegistry.class)
                .withBean(SignerMetrics.class, () -> own)
                .withPropertyValues("signer.keys.contracts.uri=" + TestKey.file(directory, "contracts"))
                .run(context -> assertThat(context.getBean(SignerMetrics.class)).isSameAs(own));
    }

    @Test
    void withoutRegistryOrModuleNothingIsMeasured() {
        String key = "signer.keys.contracts.uri=" + TestKey.file(directory, "contracts");
        new ApplicationContextRunner()
                .withConfiguration(
                        AutoConfigurations.of(SignerAutoConfiguration.class, SignerMetricsAutoConfiguration.class))
                .withPropertyValues(key)
                .run(context ->
                        assertThat(context).hasSingleBean(SigningService.class).doesNotHaveBean(SignerMetrics.class));
        runner.withBean(SimpleMeterRegistry.class)
                .withClassLoader(new FilteredClassLoader(MicrometerSignerMetrics.class))
                .withPropertyValues(key)
                .run(context ->
                        assertThat(context).hasSingleBean(SigningService.class).doesNotHaveBean(SignerMetrics.class));
        runner.withBean(SimpleMeterRegistry.class)
                .run(context -> assertThat(context).doesNotHaveBean(SignerMetrics.class));
    }
}
