package io.github.hsmsigner.service.config;

import static io.github.hsmsigner.service.config.Setting.setting;
import static io.github.hsmsigner.service.config.ValueType.oneOf;

/** The settings of the log. The level is in upper case. Immutable. */
public record LogSettings(String level, Format format) {

    static final Section SECTION = new Section();
    private static final Setting<String> LEVEL = SECTION.define(
            setting("level", "SIGNING_SERVICE_LOG_LEVEL", oneOf("TRACE", "DEBUG", "INFO", "WARN", "ERROR"), "INFO"),
            "lowest level that is logged");
    private static final Setting<Format> FORMAT = SECTION.define(
            setting("format", "SIGNING_SERVICE_LOG_FORMAT", oneOf(Format.class), "text"), "format of each line");

    /** The format of a line. */
    public enum Format {
        /** For people. */
        TEXT,
        /** A JSON object. */
        JSON
    }

    static LogSettings read(SectionValues values) {
        return new LogSettings(values.value(LEVEL), values.value(FORMAT));
    }
}
