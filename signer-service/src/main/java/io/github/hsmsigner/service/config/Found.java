package io.github.hsmsigner.service.config;

import java.util.Optional;

/**
 * The value that was found for a setting. Immutable.
 *
 * @param <T> the type of the setting
 * @param value the value; empty if it cannot be used, which was reported
 * @param origin the source of the value
 * @param where the name of the setting in problems
 * @param shown the value as the effective configuration shows it, without secrets
 */
record Found<T>(Optional<T> value, Origin origin, String where, Optional<YamlValue> shown) {

    static <T> Found<T> unusable(Given given) {
        return new Found<>(Optional.empty(), given.origin(), given.where(), Optional.empty());
    }

    static <T> Found<T> of(T value, Given given, YamlValue shown) {
        return new Found<>(Optional.of(value), given.origin(), given.where(), Optional.of(shown));
    }

    @Override
    public String toString() {
        return "Found[" + where + "]";
    }

    /** Returns the same value with a mask instead of the shown text. */
    Found<T> masked() {
        return new Found<>(value, origin, where, shown.map(text -> SecretForm.MASKED));
    }
}
