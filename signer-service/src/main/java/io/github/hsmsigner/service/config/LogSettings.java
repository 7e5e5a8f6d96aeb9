package io.github.hsmsigner.service.config;

import java.util.Objects;

/**
 * The settings of the log. Immutable.
 *
 * @param level the least important level that is logged, in upper case
 * @param format the form of a line
 */
public record LogSettings(String level, Format format) {

    /** The form of a line. */
    public enum Format {
        /** For people. */
        TEXT,
        /** A JSON object. */
        JSON
    }

    /**
     * Checks the parts.
     *
     * @param level the least important level that is logged, in upper case
     * @param format the form of a line
     */
    public LogSettings {
        Objects.requireNonNull(level, "level");
        Objects.requireNonNull(format, "format");
    }
}
