package io.github.hsmsigner.service.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A value in YAML, with the line where it begins. Scalars are texts, which the setting converts. Immutable. */
sealed interface YamlValue {

    /** Returns the line, from 1; 0 for a value that is in no file. */
    int line();

    /**
     * A text, a number, a truth value.
     *
     * @param text what is written; may be a secret
     * @param line the line, from 1
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

    /**
     * A sequence.
     *
     * @param values its elements
     * @param line the line, from 1
     */
    record Items(List<YamlValue> values, int line) implements YamlValue {}

    /**
     * A mapping.
     *
     * @param values its values by name, in the order of the file
     * @param line the line, from 1
     */
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
