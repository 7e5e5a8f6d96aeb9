package io.github.hsmsigner.service.metrics;

import io.github.hsmsigner.service.audit.AuditFile;
import io.micrometer.core.instrument.MeterRegistry;

/** The metrics of the audit log. */
final class AuditMeters {

    private volatile AuditFile file;

    AuditMeters(MeterRegistry registry, AuditFile file) {
        this.file = file;
        Metric.AUDIT_LINES.counter(registry, () -> this.file.status().lines());
        Metric.AUDIT_SYNCS.counter(registry, () -> this.file.status().syncs());
        Metric.AUDIT_NOT_RECORDED.counter(registry, () -> this.file.status().notRecorded());
        Metric.AUDIT_SUMMARIZED.counter(registry, () -> this.file.status().summarized());
        Metric.AUDIT_DISK_LOW.gauge(registry, () -> this.file.status().diskLow() ? 1 : 0);
        Metric.AUDIT_TROUBLE.gauge(registry, () -> this.file.status().trouble().isPresent() ? 1 : 0);
    }

    /** Binds another file instead. */
    void bind(AuditFile next) {
        file = next;
    }
}
