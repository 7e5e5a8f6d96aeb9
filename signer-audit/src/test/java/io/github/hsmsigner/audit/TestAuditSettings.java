package io.github.hsmsigner.audit;

import java.nio.file.Path;
import java.time.Duration;

/** Settings of audit logs in tests. */
final class TestAuditSettings {

    private TestAuditSettings() {}

    static AuditFileSettings rotatingAt(Path file, long bytes) {
        AuditFileSettings defaults = AuditFileSettings.of(file);
        return new AuditFileSettings(file, bytes, defaults.timeLimit(), defaults.maxWaiting(), defaults.reserveBytes());
    }

    static AuditFileSettings withTimeLimit(Path file, Duration limit) {
        return new AuditFileSettings(file, 0, limit, 1_024, 0);
    }

    static AuditFileSettings withReserve(Path file, long bytes) {
        return new AuditFileSettings(file, 0, Duration.ofSeconds(5), 1_024, bytes);
    }
}
