package io.github.hsmsigner.service.config;

import java.util.Optional;

/**
 * A value before it is parsed, which may be a secret. Immutable.
 *
 * @param where the name of the value in problems
 */
record RawValue(YamlValue value, Origin origin, String where) {

    /** The source of a value: the table of settings, a variable of the environment, or a line of the file. */
    record Origin(Kind kind, String text) {

        enum Kind {
            DEFAULT,
            VARIABLE,
            LINE
        }

        static Origin variable(String name) {
            return new Origin(Kind.VARIABLE, name);
        }

        static Origin line(YamlValue value) {
            return new Origin(Kind.LINE, "line " + value.line());
        }

        boolean isDefault() {
            return kind == Kind.DEFAULT;
        }

        boolean isLine() {
            return kind == Kind.LINE;
        }
    }

    static RawValue byDefault(String path, String text) {
        return new RawValue(YamlValue.Scalar.of(text), new Origin(Origin.Kind.DEFAULT, "default"), path);
    }

    static RawValue inVariable(String name, YamlValue value) {
        return new RawValue(value, Origin.variable(name), name);
    }

    static RawValue inFile(String path, YamlValue value) {
        return new RawValue(value, Origin.line(value), path + " (line " + value.line() + ")");
    }

    RawValue with(YamlValue other) {
        return new RawValue(other, origin, where);
    }

    /** Returns a part of the value, which problems name along with the whole. */
    RawValue part(String name, YamlValue part) {
        return new RawValue(part, origin, origin.isLine() ? name + " in " + where : where);
    }

    /** Returns the fields; reports a problem if the value has none. */
    Optional<YamlValue.Fields> fields(Problems problems) {
        if (value instanceof YamlValue.Fields fields) {
            return Optional.of(fields);
        }
        problems.add(where, "must hold settings as name: value");
        return Optional.empty();
    }

    @Override
    public String toString() {
        return "RawValue[" + where + "]";
    }
}
