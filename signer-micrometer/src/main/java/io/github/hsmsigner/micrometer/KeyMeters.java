package io.github.hsmsigner.micrometer;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;

/** The meters of the signatures of one key. */
record KeyMeters(Timer signatures, Timer queued, Counter discarded, Counter refused, Counter late) {

    /** Registers the meters of a key. Equal names return the same meters. */
    static KeyMeters register(MeterRegistry registry, String keyName) {
        return new KeyMeters(
                SigningMetric.SIGNATURE_DURATION.registerHistogram(registry, keyName),
                SigningMetric.QUEUE_DURATION.registerHistogram(registry, keyName),
                SigningMetric.SIGNATURES_DISCARDED.registerCounter(registry, keyName),
                SigningMetric.SIGNATURES_REFUSED.registerCounter(registry, keyName),
                SigningMetric.SIGNATURES_LATE.registerCounter(registry, keyName));
    }
}
