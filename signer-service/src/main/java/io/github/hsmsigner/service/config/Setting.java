package io.github.hsmsigner.service.config;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

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
    private final Optional<String> oldName;
    private final Optional<String> oldVariable;

    private Setting(
            String name,
            Shape<T> shape,
            String meaning,
            Optional<String> byDefault,
            Optional<String> variable,
            Optional<String> oldName,
            Optional<String> oldVariable) {
        this.name = name;
        this.shape = shape;
        this.meaning = meaning;
        this.byDefault = byDefault;
        this.variable = variable;
        this.oldName = oldName;
        this.oldVariable = oldVariable;
    }

    static <T> Setting<T> of(String name, ValueType<T> type, String meaning) {
        return of(name, new Shape.Single<>(type), meaning);
    }

    static <T> Setting<T> of(String name, Shape<T> shape, String meaning) {
        return new Setting<>(
                name, shape, meaning, Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
    }

    /** Returns the same with a value that counts where no other is set. */
    Setting<T> byDefault(String text) {
        return new Setting<>(name, shape, meaning, Optional.of(text), variable, oldName, oldVariable);
    }

    /** Returns the same with a variable of the environment that sets it. */
    Setting<T> variable(String variableName) {
        return new Setting<>(name, shape, meaning, byDefault, Optional.of(variableName), oldName, oldVariable);
    }

    /** Returns the same with a name that it had in an earlier version, which still works. */
    Setting<T> oldName(String earlier) {
        return new Setting<>(name, shape, meaning, byDefault, variable, Optional.of(earlier), oldVariable);
    }

    /** Returns the same with a name that its variable had in an earlier version, which still works. */
    Setting<T> oldVariable(String earlier) {
        return new Setting<>(name, shape, meaning, byDefault, variable, oldName, Optional.of(earlier));
    }

    String name() {
        return name;
    }

    Shape<T> shape() {
        return shape;
    }

    /** Returns the description: a phrase without a full stop. */
    String meaning() {
        return meaning;
    }

    Optional<String> byDefault() {
        return byDefault;
    }

    Optional<String> variable() {
        return variable;
    }

    Optional<String> oldName() {
        return oldName;
    }

    Optional<String> oldVariable() {
        return oldVariable;
    }

    /** Returns all variables that set it, with earlier names. */
    List<String> variables() {
        return Stream.concat(variable.stream(), oldVariable.stream())
                .flatMap(each -> shape.variables(each).stream())
                .toList();
    }
}
