package io.github.hsmsigner.service.config;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The definition of a setting. Immutable.
 *
 * @param defaultValue the text that stands for a missing value
 * @param oldName a name in the file of an earlier version, which still works
 * @param oldVariable a variable of an earlier version, which still works
 */
record Setting<T>(
        String name,
        SettingType<T> type,
        Optional<String> variable,
        Optional<String> defaultValue,
        Optional<String> oldName,
        Optional<String> oldVariable,
        String description) {

    static <T> Setting<T> setting(String name, SettingType<T> type) {
        return setting(name, null, type, null);
    }

    static <T> Setting<T> setting(String name, SettingType<T> type, Object defaultValue) {
        return setting(name, null, type, defaultValue);
    }

    static <T> Setting<T> setting(String name, String variable, SettingType<T> type) {
        return setting(name, variable, type, null);
    }

    static <T> Setting<T> setting(String name, String variable, SettingType<T> type, Object defaultValue) {
        Optional<String> text = Optional.ofNullable(defaultValue)
                .map(value -> value instanceof Duration duration ? ValueType.text(duration) : value.toString());
        return new Setting<>(name, type, Optional.ofNullable(variable), text, Optional.empty(), Optional.empty(), "");
    }

    Setting<T> oldName(String value) {
        return new Setting<>(name, type, variable, defaultValue, Optional.of(value), oldVariable, description);
    }

    Setting<T> oldVariable(String value) {
        return new Setting<>(name, type, variable, defaultValue, oldName, Optional.of(value), description);
    }

    Setting<T> description(String value) {
        return new Setting<>(name, type, variable, defaultValue, oldName, oldVariable, value);
    }

    /** Returns the default, of which problems name the path. */
    Optional<RawValue> rawDefault(String path) {
        return defaultValue.map(text -> RawValue.byDefault(path, text));
    }

    /** Returns all variables that set it, with earlier names. */
    List<String> variables() {
        return Stream.concat(variable.stream(), oldVariable.stream())
                .flatMap(each -> type.variables(each).stream())
                .toList();
    }
}
