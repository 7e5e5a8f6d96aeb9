package io.github.hsmsigner.service.config;

import java.util.List;

/** The settings of the log. */
final class LogReader {

    private static final Setting<String> LEVEL = Setting.of(
                    "level",
                    ValueType.oneOf(List.of("TRACE", "DEBUG", "INFO", "WARN", "ERROR")),
                    "lowest level that is logged")
            .byDefault("INFO")
            .variable("SIGNING_SERVICE_LOG_LEVEL");
    private static final Setting<LogSettings.Format> FORMAT = Setting.of(
                    "format", ValueType.oneOf(LogSettings.Format.class), "format of a line: text, or a JSON object")
            .byDefault("text")
            .variable("SIGNING_SERVICE_LOG_FORMAT");

    static final Section SECTION = Section.of(LEVEL, FORMAT);

    private LogReader() {}

    static LogSettings read(SectionValues values) {
        return new LogSettings(values.or(LEVEL), values.or(FORMAT));
    }
}
