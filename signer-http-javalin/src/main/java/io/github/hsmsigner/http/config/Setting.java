package io.github.hsmsigner.http.config;

import java.util.Optional;

/**
 * A row of the table of settings. Immutable; two settings are equal only if they are the same.
 *
 * @param <T> what it is read as
 */
final class Setting<T> {

    private final String name;
    private final Shape<T> shape;
    private final String meaning;
    private final Optional<String> byDefault;
    private final Optional<String> variable;

    private Setting(
            String name, Shape<T> shape, String meaning, Optional<String> byDefault, Optional<String> variable) {
        this.name = name;
        this.shape = shape;
        this.meaning = meaning;
        this.byDefault = byDefault;
        this.variable = variable;
    }

    static <T> Setting<T> of(String name, ValueType<T> type, String meaning) {
        return of(name, new Shape.Single<>(type), meaning);
    }

    static <T> Setting<T> of(String name, Shape<T> shape, String meaning) {
        return new Setting<>(name, shape, meaning, Optional.empty(), Optional.empty());
    }

    /** The same with a value that counts where no other is set. */
    Setting<T> byDefault(String text) {
        return new Setting<>(name, shape, meaning, Optional.of(text), variable);
    }

    /** The same with a variable of the environment that sets it. */
    Setting<T> variable(String variableName) {
        return new Setting<>(name, shape, meaning, byDefault, Optional.of(variableName));
    }

    String name() {
        return name;
    }

    Shape<T> shape() {
        return shape;
    }

    /** What it means: a phrase without a full stop. */
    String meaning() {
        return meaning;
    }

    Optional<String> byDefault() {
        return byDefault;
    }

    Optional<String> variable() {
        return variable;
    }
}
