package io.github.hsmsigner.springboot;

import io.github.hsmsigner.pkcs11.health.KeyHealth;
import io.github.hsmsigner.pkcs11.health.TokenHealth;
import java.util.Map;
import java.util.TreeMap;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.CompositeHealthContributor;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthContributor;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;

/**
 * Adds the health of each key and each token, as {@code signer}, also to the readiness group. No request for the health
 * calls the HSM.
 */
@AutoConfiguration(
        after = SignerAutoConfiguration.class,
        afterName =
                "org.springframework.boot.health.autoconfigure.actuate.endpoint.AvailabilityProbesAutoConfiguration")
@ConditionalOnClass(HealthContributor.class)
@ConditionalOnBean(KeyConnections.class)
@ConditionalOnEnabledHealthIndicator("signer")
public final class SignerHealthAutoConfiguration {

    SignerHealthAutoConfiguration() {}

    @Bean
    @ConditionalOnMissingBean(name = {"signerHealthIndicator", "signerHealthContributor"})
    HealthContributor signerHealthContributor(KeyConnections connections) {
        Map<String, HealthIndicator> keys = new TreeMap<>();
        connections.names().forEach(name -> keys.put(name.replace('/', '_'), () -> key(connections, name)));
        Map<String, HealthContributor> parts = new TreeMap<>();
        parts.put("keys", CompositeHealthContributor.fromMap(keys));
        if (!connections.tokens().isEmpty()) {
            parts.put("tokens", CompositeHealthContributor.fromMap(connections.tokens(), connection ->
                    (HealthIndicator) () -> token(connection.health())));
        }
        return CompositeHealthContributor.fromMap(parts);
    }

    private static Health key(KeyConnections connections, String name) {
        KeyHealth health = connections.connection(name).health(name);
        Health.Builder builder = health.usable() ? Health.up() : Health.down().withDetail("reason", health.reason());
        connections
                .find(name)
                .ifPresent(key -> builder.withDetail(
                        "certificateValidTo",
                        key.chain().signer().getNotAfter().toInstant().toString()));
        return builder.build();
    }

    private static Health token(TokenHealth health) {
        Health.Builder builder = health.usable() ? Health.up() : Health.down();
        builder.withDetail("state", health.state().name());
        if (!health.reason().isEmpty()) {
            builder.withDetail("reason", health.reason());
        }
        return builder.build();
    }

    /** Adds the keys to the readiness group. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(name = "org.springframework.boot.actuate.endpoint.annotation.Endpoint")
    static class Readiness {

        @Bean
        static ReadinessGroupPostProcessor signerReadinessGroupPostProcessor(Environment environment) {
            return new ReadinessGroupPostProcessor(environment);
        }
    }
}
