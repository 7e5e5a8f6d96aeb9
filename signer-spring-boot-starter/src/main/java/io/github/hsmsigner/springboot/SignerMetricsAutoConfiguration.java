package io.github.hsmsigner.springboot;

import io.github.hsmsigner.audit.AuditFile;
import io.github.hsmsigner.core.SignerMetrics;
import io.github.hsmsigner.core.SigningKey;
import io.github.hsmsigner.core.SigningQueue;
import io.github.hsmsigner.core.revocation.OnlineRevocationSource;
import io.github.hsmsigner.micrometer.MicrometerPkcs11Listener;
import io.github.hsmsigner.micrometer.MicrometerSignerMetrics;
import io.github.hsmsigner.micrometer.SignerMeterBinders;
import io.github.hsmsigner.pkcs11.Pkcs11Config;
import io.github.hsmsigner.pkcs11.Pkcs11Token;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Measures requests, keys, queues and tokens with the {@link MeterRegistry} of the application, if
 * {@code signer-micrometer} is on the class path.
 */
@AutoConfiguration(
        after = SignerAutoConfiguration.class,
        afterName = {
            "org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration",
            "org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration"
        })
@ConditionalOnClass({MeterRegistry.class, MicrometerSignerMetrics.class})
@ConditionalOnBean(KeyConnections.class)
@ConditionalOnSingleCandidate(MeterRegistry.class)
public final class SignerMetricsAutoConfiguration {

    SignerMetricsAutoConfiguration() {}

    @Bean
    @ConditionalOnMissingBean
    SignerMetrics signerMetrics(MeterRegistry registry) {
        return new MicrometerSignerMetrics(registry);
    }

    @Bean
    KeyMonitor signerKeyMonitor(MeterRegistry registry) {
        return new MicrometerMonitor(registry);
    }

    @Bean
    @ConditionalOnSingleCandidate(OnlineRevocationSource.class)
    MeterBinder signerRevocationMeters(OnlineRevocationSource source) {
        return SignerMeterBinders.revocation(source);
    }

    private static final class MicrometerMonitor implements KeyMonitor {

        private final MeterRegistry registry;
        private volatile Collection<SigningKey> keys = List.of();
        private final MeterBinder keyMeters = SignerMeterBinders.keys(() -> keys);

        MicrometerMonitor(MeterRegistry registry) {
            this.registry = registry;
        }

        @Override
        public Consumer<Pkcs11Token> token(String name, Pkcs11Config.Builder builder) {
            MicrometerPkcs11Listener listener = new MicrometerPkcs11Listener(registry, name);
            builder.listener(listener);
            return listener::monitor;
        }

        @Override
        public void queue(String token, SigningQueue queue) {
            SignerMeterBinders.queue(token, queue).bindTo(registry);
        }

        @Override
        public void keys(Collection<SigningKey> found) {
            keys = found;
            keyMeters.bindTo(registry);
        }
    }

    /** Measures the audit log of the application. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(AuditFile.class)
    static class Audit {

        @Bean
        @ConditionalOnSingleCandidate(AuditFile.class)
        MeterBinder signerAuditMeters(AuditFile file) {
            return SignerMeterBinders.audit(file);
        }
    }
}
