package io.github.hsmsigner.service.metrics;

import io.github.hsmsigner.core.SigningKey;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/**
 * When the certificates of the keys expire. The keys are read at each scrape, because they may come later than the
 * metrics, and their certificates may be replaced.
 */
final class CertificateMeters {

    private static final double SECONDS_A_DAY = 86_400;

    private final MeterRegistry registry;
    private final Clock clock;
    private final Map<String, Certificate> known = new HashMap<>();

    CertificateMeters(MeterRegistry registry, Clock clock) {
        this.registry = registry;
        this.clock = clock;
    }

    /** Adds new and changed keys, and removes keys that no longer exist. */
    synchronized void refresh(Collection<SigningKey> keys) {
        Set<String> gone = new HashSet<>(known.keySet());
        for (SigningKey key : keys) {
            gone.remove(key.name());
            known.computeIfAbsent(key.name(), Certificate::new).expires =
                    key.chain().signer().getNotAfter().toInstant();
        }
        gone.forEach(name -> known.remove(name).meters.forEach(registry::remove));
    }

    /** Shows when the TLS certificate expires. */
    void bindTls(Supplier<Instant> expires) {
        Metric.TLS_CERTIFICATE_EXPIRY.gauge(registry, () -> seconds(expires.get()));
        Metric.TLS_CERTIFICATE_REMAINING.gauge(registry, () -> remainingDays(expires.get()));
    }

    private double remainingDays(Instant expires) {
        return (seconds(expires) - seconds(clock.instant())) / SECONDS_A_DAY;
    }

    private static double seconds(Instant time) {
        return time.toEpochMilli() / 1000.0;
    }

    private final class Certificate {
        private final List<Meter> meters;
        private volatile Instant expires = Instant.EPOCH;

        Certificate(String keyName) {
            meters = List.of(
                    Metric.CERTIFICATE_EXPIRY.gauge(registry, () -> seconds(expires), keyName),
                    Metric.CERTIFICATE_REMAINING.gauge(registry, () -> remainingDays(expires), keyName));
        }
    }
}
