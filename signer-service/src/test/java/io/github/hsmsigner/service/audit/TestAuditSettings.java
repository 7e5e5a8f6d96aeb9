package io.github.hsmsigner.service.audit;

import java.nio.file.Path;
import java.time.Duration;

/** Settings of audit logs in tests. */
public final class TestAuditSettings {

    private TestAuditSettings() {}

    public static AuditFileSettings of(Path file) {
        return rotatingAt(file, 100L * 1024 * 1024);
    }

    static AuditFileSettings rotatingAt(Path file, long bytes) {
        return new AuditFileSettings(file, bytes, Duration.ofSeconds(5), 1_024, 256L * 1024 * 1024);
    }

    static AuditFileSettings withTimeLimit(Path file, Duration limit) {
        return new AuditFileSettings(file, 0, limit, 1_024, 0);
    }

    static AuditFileSettings withReserve(Path file, long bytes) {
        return new AuditFileSettings(file, 0, Duration.ofSeconds(5), 1_024, bytes);
    }
}
