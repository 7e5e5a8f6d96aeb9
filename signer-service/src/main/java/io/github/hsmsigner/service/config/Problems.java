package io.github.hsmsigner.service.config;

import io.github.hsmsigner.core.error.InvalidConfigurationException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** Collects the problems, so that an operator sees all of them together. Not thread-safe. */
final class Problems {

    private final List<String> sentences = new ArrayList<>();
    private final List<String> warnings = new ArrayList<>();

    /** Adds a problem: the setting, and the rest of a sentence without its full stop, or a question with its mark. */
    void add(String where, String predicate) {
        addSentence(where + " " + predicate + (predicate.endsWith("?") ? "" : "."));
    }

    void addSentence(String sentence) {
        if (!sentences.contains(sentence)) {
            sentences.add(sentence);
        }
    }

    /** Adds a sentence about something that works, and that an operator should change. */
    void warn(String sentence) {
        if (!warnings.contains(sentence)) {
            warnings.add(sentence);
        }
    }

    List<String> warnings() {
        return List.copyOf(warnings);
    }

    /** Returns the result, or reports a problem and returns empty if the parts do not fit together. */
    <T> Optional<T> attempt(String where, Supplier<T> making) {
        try {
            return Optional.of(making.get());
        } catch (InvalidConfigurationException e) {
            addSentence(where + ": " + e.getMessage());
            return Optional.empty();
        }
    }

    int count() {
        return sentences.size();
    }

    boolean isEmpty() {
        return sentences.isEmpty();
    }

    List<String> sentences() {
        return List.copyOf(sentences);
    }
}
