package io.github.hsmsigner.service.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A value in YAML. Scalars are texts, which the setting converts. Immutable. */
sealed interface YamlValue {

    /** Returns the line where the value begins, from 1; 0 for a value that is in no file. */
    int line();

    /**
     * A text, a number or a truth value. It may be a secret.
     *
     * @param literal whether {@code ${NAME}} in it stands for itself
     */
    record Scalar(String text, int line, boolean literal) implements YamlValue {

        /** Returns a text that is in no file. */
        static Scalar of(String text) {
            return new Scalar(text, 0, true);
        }

        @Override
        public String toString() {
            return "Scalar[line=" + line + "]";
        }
    }

    /** A sequence. */
    record Items(List<YamlValue> values, int line) implements YamlValue {}

    /** A mapping, in the order of the file. */
    record Fields(Map<String, YamlValue> values, int line) implements YamlValue {

        static Fields none() {
            return new Fields(Map.of(), 0);
        }

        /** Returns one field that is in no file. */
        static Fields of(String name, YamlValue value) {
            return new Fields(new LinkedHashMap<>(Map.of(name, value)), 0);
        }
    }
}
