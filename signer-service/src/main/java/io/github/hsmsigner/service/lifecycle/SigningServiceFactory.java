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
import io.github.hsmsigner.service.config.QueueSettings;
import io.github.hsmsigner.service.config.ServiceSettings;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** Creates signing services that differ only in their keys: they share policy, audit log, metrics and queues. Thread-safe. */
final class SigningServiceFactory {

    private final ServiceSettings settings;
    private final ContainerBuilder containers;
    private final SigningPolicy policy;
    private final AuditLog audit;
    private final SignerMetrics metrics;

    /** Keys on the same tokens share a queue. */
    private final Map<String, SigningQueue> byTokens = new LinkedHashMap<>();

    private final Map<String, SigningQueue> byKey = new LinkedHashMap<>();

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
        QueueSettings limits = settings.signatures().queue();
        settings.keys().forEach((name, key) -> {
            if (key instanceof KeySettings.OnToken onToken) {
                int sessions = onToken.tokens().stream()
                        .mapToInt(token -> settings.tokens().get(token).pkcs11().maximumPoolSize())
                        .sum();
                byKey.put(
                        name,
                        byTokens.computeIfAbsent(
                                String.join("+", onToken.tokens()), tokens -> queue(sessions, limits)));
            }
        });
    }

    /**
     * Admits one signature for each session, and as many again that wait at the token itself. A session that becomes
     * free finds its next signature there. Otherwise it would wait until a thread has woken and left the queue.
     */
    private static SigningQueue queue(int sessions, QueueSettings limits) {
        int ahead = Math.min(sessions, limits.maxWaiting());
        return SigningQueue.of(sessions + ahead, limits.maxWaiting() - ahead, limits.maxWait());
    }

    /** Returns the queues by the names of the tokens that they stand before, joined by a plus sign. */
    Map<String, SigningQueue> queues() {
        return Collections.unmodifiableMap(byTokens);
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
            SigningQueue queue = byKey.get(key.name());
            if (queue != null) {
                service.queue(key.name(), queue);
            }
        }
        return service.build();
    }
}
