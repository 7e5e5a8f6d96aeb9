package io.github.hsmsigner.service.check;

import java.util.Objects;
import java.util.Optional;

/**
 * One thing that a check looked at. Immutable.
 *
 * @param area what was looked at: {@code settings}, {@code token}, {@code key} and their like
 * @param name which of them; empty where there is one
 * @param level how it is
 * @param text what was found
 * @param advice what to do about it; empty where nothing is to be done
 */
public record Finding(String area, String name, Level level, String text, Optional<String> advice) {

    /** How something is. */
    public enum Level {
        /** As it should be. */
        OK,
        /** It works, and an operator should know. */
        WARNING,
        /** It does not work. */
        ERROR
    }

    /**
     * Checks that nothing is missing.
     *
     * @param area what was looked at
     * @param name which of them; empty where there is one
     * @param level how it is
     * @param text what was found
     * @param advice what to do about it; empty where nothing is to be done
     */
    public Finding {
        Objects.requireNonNull(area, "area");
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(level, "level");
        Objects.requireNonNull(text, "text");
        Objects.requireNonNull(advice, "advice");
    }

    static Finding ok(String area, String name, String text) {
        return new Finding(area, name, Level.OK, text, Optional.empty());
    }

    static Finding warning(String area, String name, String text, String advice) {
        return new Finding(area, name, Level.WARNING, text, Optional.of(advice));
    }

    static Finding error(String area, String name, String text, String advice) {
        return new Finding(area, name, Level.ERROR, text, Optional.of(advice));
    }
}
