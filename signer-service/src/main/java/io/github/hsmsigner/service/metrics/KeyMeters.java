package io.github.hsmsigner.service.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;

/** The metrics of one key. */
final class KeyMeters {

    private final Timer signatures;
    private final Timer queued;
    private final Counter discarded;
    private final Counter refused;
    private final Counter late;

    KeyMeters(MeterRegistry registry, String keyName) {
        signatures = Metric.SIGNATURE_DURATION.histogram(registry, keyName);
        queued = Metric.QUEUE_DURATION.histogram(registry, keyName);
        discarded = Metric.SIGNATURES_DISCARDED.counter(registry, keyName);
        late = Metric.SIGNATURES_LATE.counter(registry, keyName);
        refused = Metric.SIGNATURES_REFUSED.counter(registry, keyName);
    }

    Timer signatures() {
        return signatures;
    }

    Timer queued() {
        return queued;
    }

    Counter discarded() {
        return discarded;
    }

    Counter late() {
        return late;
    }

    Counter refused() {
        return refused;
    }
}
