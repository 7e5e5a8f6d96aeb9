package io.github.hsmsigner.http.metrics;

import io.github.hsmsigner.http.audit.AuditFile;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.function.Supplier;

/** What is measured of the audit log. */
final class AuditMeters {

    /** Held here, as the registry holds what a counter reads weakly. */
    private final List<Supplier<Number>> totals;

    AuditMeters(MeterRegistry registry, AuditFile file) {
        Supplier<Number> lines = () -> file.status().lines();
        Supplier<Number> syncs = () -> file.status().syncs();
        Supplier<Number> notRecorded = () -> file.status().notRecorded();
        totals = List.of(lines, syncs, notRecorded);
        Metric.AUDIT_LINES.counter(registry, lines);
        Metric.AUDIT_SYNCS.counter(registry, syncs);
        Metric.AUDIT_NOT_RECORDED.counter(registry, notRecorded);
        Metric.AUDIT_TROUBLE.gauge(registry, () -> file.status().trouble().isPresent() ? 1 : 0);
    }

    List<Supplier<Number>> totals() {
        return totals;
    }
}
