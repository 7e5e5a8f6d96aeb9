package io.github.hsmsigner.service.config;

/**
 * A value that was given for a setting, and is to be read. Immutable.
 *
 * @param value the value; may be a secret
 * @param origin where it is from
 * @param where what problems call it
 */
record Given(YamlValue value, Origin origin, String where) {

    static Given byDefault(String path, String text) {
        return new Given(YamlValue.Scalar.of(text), new Origin.ByDefault(), path);
    }

    static Given inVariable(String name, YamlValue value) {
        return new Given(value, new Origin.Variable(name), name);
    }

    static Given inFile(String path, YamlValue value) {
        return new Given(value, new Origin.Line(value.line()), path + " (line " + value.line() + ")");
    }

    /** Returns a part of the value, which problems name along with the whole. */
    Given part(String name, YamlValue part) {
        return new Given(part, origin, origin instanceof Origin.Line ? name + " in " + where : where);
    }

    @Override
    public String toString() {
        return "Given[" + where + "]";
    }
}
