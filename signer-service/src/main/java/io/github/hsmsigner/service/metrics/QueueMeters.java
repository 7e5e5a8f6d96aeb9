package io.github.hsmsigner.service.metrics;

import io.github.hsmsigner.core.SigningQueue;
import io.github.hsmsigner.core.SigningQueue.Statistics;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.function.Function;

/** The metrics of one queue. */
final class QueueMeters {

    private volatile SigningQueue queue;

    QueueMeters(MeterRegistry registry, String name, SigningQueue queue) {
        this.queue = queue;
        gauge(registry, name, Metric.QUEUE_PLACES, Statistics::places);
        gauge(registry, name, Metric.QUEUE_SIGNING, Statistics::signing);
        gauge(registry, name, Metric.QUEUE_MAX_WAITING, Statistics::maxWaiting);
        gauge(registry, name, Metric.QUEUE_WAITING, Statistics::waiting);
        Metric.QUEUE_REFUSED.counter(registry, () -> this.queue.statistics().refused(), name);
    }

    private void gauge(MeterRegistry registry, String name, Metric metric, Function<Statistics, Number> number) {
        metric.gauge(registry, () -> number.apply(queue.statistics()), name);
    }

    /** Binds another queue instead. */
    void bind(SigningQueue next) {
        queue = next;
    }
}
