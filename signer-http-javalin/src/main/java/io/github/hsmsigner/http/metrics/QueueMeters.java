package io.github.hsmsigner.http.metrics;

import io.github.hsmsigner.core.QueueStatistics;
import io.github.hsmsigner.core.SigningQueue;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.function.Function;
import java.util.function.Supplier;

/** What is measured of one queue. */
final class QueueMeters {

    /** Held here, as the registry holds what a counter reads weakly. */
    private final Supplier<Number> refused = () -> queue().statistics().refused();

    private volatile SigningQueue queue;

    QueueMeters(MeterRegistry registry, String name, SigningQueue queue) {
        this.queue = queue;
        gauge(registry, name, Metric.QUEUE_PLACES, QueueStatistics::places);
        gauge(registry, name, Metric.QUEUE_SIGNING, QueueStatistics::signing);
        gauge(registry, name, Metric.QUEUE_MAX_WAITING, QueueStatistics::maxWaiting);
        gauge(registry, name, Metric.QUEUE_WAITING, QueueStatistics::waiting);
        Metric.QUEUE_REFUSED.counter(registry, refused, name);
    }

    private void gauge(
            MeterRegistry registry, String name, Metric metric, Function<QueueStatistics, Number> number) {
        metric.gauge(registry, () -> number.apply(queue.statistics()), name);
    }

    private SigningQueue queue() {
        return queue;
    }

    void bind(SigningQueue next) {
        queue = next;
    }
}
