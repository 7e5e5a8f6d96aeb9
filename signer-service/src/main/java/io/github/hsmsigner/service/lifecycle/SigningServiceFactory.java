package io.github.hsmsigner.service.lifecycle;

import io.github.hsmsigner.core.AuditLog;
import io.github.hsmsigner.core.ContainerBuilder;
import io.github.hsmsigner.core.SignerMetrics;
import io.github.hsmsigner.core.SigningKey;
import io.github.hsmsigner.core.SigningKeys;
import io.github.hsmsigner.core.SigningPolicy;
import io.github.hsmsigner.core.SigningQueue;
import io.github.hsmsigner.core.SigningService;
import io.github.hsmsigner.service.config.KeySettings;
import io.github.hsmsigner.service.config.ServiceSettings;
import io.github.hsmsigner.service.config.SignatureSettings.QueueSettings;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Creates signing services that differ only in their keys. They share policy, audit log, metrics and queues. Keys on
 * the same tokens share a queue. Thread-safe.
 */
final class SigningServiceFactory {

    private final ServiceSettings settings;
    private final ContainerBuilder containers;
    private final SigningPolicy policy;
    private final AuditLog audit;
    private final SignerMetrics metrics;
    private final Map<String, SigningQueue> queues = new LinkedHashMap<>();

    SigningServiceFactory(
            ServiceSettings settings,
            ContainerBuilder containers,
            SigningPolicy policy,
            AuditLog audit,
            SignerMetrics metrics) {
        this.settings = settings;
        this.containers = containers;
        this.policy = policy;
        this.audit = audit;
        this.metrics = metrics;
        settings.keys().values().forEach(key -> {
            if (key instanceof KeySettings.OnToken onToken) {
                queues.computeIfAbsent(queueName(onToken), name -> queue(onToken));
            }
        });
    }

    private static String queueName(KeySettings.OnToken key) {
        return String.join("+", key.tokens());
    }

    /**
     * Admits one signature for each session, and as many again that wait at the token itself. A session that becomes
     * free finds its next signature there. Otherwise it would wait until a thread has woken and left the queue.
     */
    private SigningQueue queue(KeySettings.OnToken key) {
        QueueSettings limits = settings.signatures().queue();
        int sessions = key.tokens().stream()
                .mapToInt(token -> settings.tokens().get(token).pkcs11().maximumPoolSize())
                .sum();
        int ahead = Math.min(sessions, limits.maxWaiting());
        return SigningQueue.of(sessions + ahead, limits.maxWaiting() - ahead, limits.maxWait());
    }

    /** Returns the queues by the names of their tokens, joined by a plus sign. */
    Map<String, SigningQueue> queues() {
        return Collections.unmodifiableMap(queues);
    }

    /** Creates the service over these keys. */
    SigningService create(SigningKeys keys) {
        SigningService.Builder service = SigningService.builder(keys, containers)
                .policy(policy)
                .audit(audit)
                .metrics(metrics)
                .rawData(settings.signatures().rawData())
                .verifyAfterSign(settings.signatures().verifyAfterSign())
                .validCertificateRequired(settings.signatures().validCertificateRequired());
        for (SigningKey key : keys.all()) {
            if (settings.keys().get(key.name()) instanceof KeySettings.OnToken onToken) {
                service.queue(key.name(), queues.get(queueName(onToken)));
            }
        }
        return service.build();
    }
}
