package io.github.hsmsigner.service.config;

import io.github.hsmsigner.service.audit.AuditFileSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** The settings of the audit log. */
final class AuditReader {

    private static final Setting<Path> FILE = Setting.of(
                    "file", ValueType.path(), "file of the audit log. Default: no audit log")
            .variable("SIGNING_AUDIT_FILE");
    private static final Setting<Long> ROTATE_AT = Setting.of(
                    "rotate-at",
                    ValueType.size(0, Long.MAX_VALUE),
                    "size at which the service begins a new file, 64KiB or more; 0 for never")
            .byDefault("100MiB")
            .variable("SIGNING_AUDIT_ROTATE_AT");
    private static final Setting<Duration> TIME_LIMIT = Setting.of(
                    "time-limit",
                    ValueType.duration(Duration.ofMillis(1), Duration.ofHours(1)),
                    "time that a request waits for its line to be on disk before it is refused; never past the"
                            + " deadline")
            .byDefault("5s")
            .variable("SIGNING_AUDIT_TIME_LIMIT");
    private static final Setting<Integer> MAX_WAITING = Setting.of(
                    "max-waiting", ValueType.number(1, 1_000_000), "maximum number of lines that wait to be written")
            .byDefault("1024");

    private static final Setting<Long> RESERVE = Setting.of(
                    "reserve",
                    ValueType.size(0, Long.MAX_VALUE),
                    "free disk space that is reserved for signatures. With less, denied requests of unknown"
                            + " callers and their requests for certificates are only counted; 0 for no reserve")
            .byDefault("256MiB")
            .variable("SIGNING_AUDIT_RESERVE");

    static final Section SECTION = Section.of(FILE, ROTATE_AT, TIME_LIMIT, MAX_WAITING, RESERVE);

    private AuditReader() {}

    static Optional<AuditFileSettings> read(SectionValues values) {
        if (values.isAnythingSet()) {
            values.require(FILE);
        }
        return values.get(FILE)
                .flatMap(file -> values.problems()
                        .attempt(
                                values.where(ROTATE_AT),
                                () -> new AuditFileSettings(
                                        file,
                                        values.or(ROTATE_AT),
                                        values.or(TIME_LIMIT),
                                        values.or(MAX_WAITING),
                                        values.or(RESERVE))));
    }
}
