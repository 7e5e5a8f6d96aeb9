package io.github.hsmsigner.springboot;

import io.github.hsmsigner.core.AuditLog;
import io.github.hsmsigner.core.ContainerBuilder;
import io.github.hsmsigner.core.RevocationSource;
import io.github.hsmsigner.core.SignerMetrics;
import io.github.hsmsigner.core.SigningPolicy;
import io.github.hsmsigner.core.SigningService;
import io.github.hsmsigner.core.TimestampSource;
import io.github.hsmsigner.core.certificate.CertificateFiles;
import io.github.hsmsigner.core.cms.CmsContainerBuilder;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.core.revocation.OnlineRevocationSource;
import io.github.hsmsigner.core.tsp.Rfc3161TimestampSource;
import io.github.hsmsigner.core.tsp.TimestampAuthority;
import io.github.hsmsigner.springboot.SignerProperties.CertificateValidity;
import io.github.hsmsigner.springboot.SignerProperties.Timestamps;
import java.net.URI;
import java.security.cert.X509Certificate;
import java.util.List;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.ImportRuntimeHints;

/**
 * Connects to the keys of {@link SignerProperties}, and creates a {@link SigningService} over them. Uses the beans of the
 * application of the types {@link SigningPolicy}, {@link AuditLog}, {@link SignerMetrics}, {@link TimestampSource} and
 * {@link RevocationSource}.
 */
@AutoConfiguration
@Conditional(OnSigningKeys.class)
@EnableConfigurationProperties(SignerProperties.class)
@Import(SignerBeanRegistrar.class)
@ImportRuntimeHints(SignerRuntimeHints.class)
public final class SignerAutoConfiguration {

    SignerAutoConfiguration() {}

    @Bean
    KeyConnections signerKeyConnections(
            SignerProperties properties,
            ObjectProvider<Pkcs11ConfigBuilderCustomizer> customizers,
            ObjectProvider<KeyMonitor> monitor) {
        return KeyConnections.open(
                properties, customizers.orderedStream().toList(), monitor.getIfUnique(() -> KeyMonitor.NONE));
    }

    @Bean
    @ConditionalOnMissingBean(RevocationSource.class)
    @ConditionalOnBooleanProperty("signer.revocation-info")
    OnlineRevocationSource signerRevocationSource() {
        return OnlineRevocationSource.builder().build();
    }

    @Bean
    @ConditionalOnMissingBean
    ContainerBuilder signerContainerBuilder(
            SignerProperties properties,
            ObjectProvider<TimestampSource> timestamps,
            ObjectProvider<RevocationSource> revocation,
            ObjectProvider<CmsContainerBuilderCustomizer> customizers) {
        CmsContainerBuilder.Builder builder = CmsContainerBuilder.builder()
                .timestampRequired(properties.timestamps().required());
        TimestampSource own = timestamps.getIfUnique();
        if (own != null) {
            builder.timestamps(own);
        } else if (!properties.timestamps().addresses().isEmpty()) {
            builder.timestamps(timestampSource(properties.timestamps()));
        }
        revocation.ifUnique(builder::revocationInfo);
        customizers.orderedStream().forEach(customizer -> customizer.customize(builder));
        return builder.build();
    }

    private static TimestampSource timestampSource(Timestamps timestamps) {
        List<X509Certificate> trusted = timestamps.trusted().stream()
                .flatMap(file -> CertificateFiles.readIssuers(file).stream())
                .toList();
        return Rfc3161TimestampSource.builder(timestamps.addresses().stream()
                        .map(address -> authority(address, trusted))
                        .toList())
                .attemptLimit(timestamps.attemptLimit())
                .build();
    }

    private static TimestampAuthority authority(URI address, List<X509Certificate> trusted) {
        try {
            return TimestampAuthority.builder(address).trusted(trusted).build();
        } catch (IllegalArgumentException e) {
            throw new InvalidConfigurationException(
                    "signer.timestamps.addresses has an address that cannot be used: " + e.getMessage(), e);
        }
    }

    @Bean
    @ConditionalOnMissingBean
    SigningService signingService(
            KeyConnections connections,
            SignerProperties properties,
            ContainerBuilder containers,
            ObjectProvider<SigningPolicy> policy,
            ObjectProvider<AuditLog> audit,
            ObjectProvider<SignerMetrics> metrics,
            ObjectProvider<SigningServiceBuilderCustomizer> customizers) {
        SigningService.Builder builder = SigningService.builder(connections.keys(), containers)
                .validCertificateRequired(properties.certificateValidity() == CertificateValidity.REQUIRED);
        connections.queues().forEach(builder::queue);
        policy.ifUnique(builder::policy);
        audit.ifUnique(builder::audit);
        metrics.ifUnique(builder::metrics);
        customizers.orderedStream().forEach(customizer -> customizer.customize(builder));
        SigningService service = builder.build();
        connections.serve(service);
        return service;
    }
}
