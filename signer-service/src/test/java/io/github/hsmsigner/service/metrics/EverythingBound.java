package io.github.hsmsigner.service.metrics;

import io.github.hsmsigner.audit.AuditFile;
import io.github.hsmsigner.core.SigningQueue;
import io.github.hsmsigner.core.TestKeys;
import io.github.hsmsigner.core.revocation.OnlineRevocationSource;
import io.github.hsmsigner.micrometer.Scrape;
import io.github.hsmsigner.micrometer.SignerMeterBinders;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** Metrics with all there is bound to them. */
final class EverythingBound {

    private static final Duration LIMIT = Duration.ofSeconds(20);

    private EverythingBound() {}

    /** Binds everything but an open token, whose numbers are there without it, and waits until the garbage collector is heard of. */
    static Scrape scrape(ServiceMetrics metrics, AuditFile audit) {
        metrics.bindRuntime();
        metrics.bind(SignerMeterBinders.audit(audit));
        metrics.bindState(() -> List.of(TestKeys.key("key")), () -> true, () -> true, () -> Instant.EPOCH);
        metrics.bindTlsCertificate(() -> Instant.EPOCH);
        metrics.bind(SignerMeterBinders.queue("queue", SigningQueue.of(1, 1, Duration.ofSeconds(1))));
        metrics.tokenListener("token");
        metrics.bindHttpLimit("max_requests", () -> 0);
        OnlineRevocationSource revocation = OnlineRevocationSource.builder().build();
        metrics.bind(SignerMeterBinders.revocation(revocation));
        revocation.close();
        System.gc();
        long end = System.nanoTime() + LIMIT.toNanos();
        Scrape scrape = Scrapes.of(metrics);
        while (!scrape.types().containsKey(RuntimeMetric.GC_PAUSE.exposedName())) {
            if (System.nanoTime() > end) {
                throw new AssertionError("No collection was noticed within " + LIMIT);
            }
            LockSupport.parkNanos(10_000_000);
            scrape = Scrapes.of(metrics);
        }
        return scrape;
    }
}
