package io.github.hsmsigner.service.config;

import io.github.hsmsigner.core.error.InvalidConfigurationException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/** Collects the problems, so that an operator sees all of them together. Not thread-safe. */
final class Problems {

    private static final Pattern NAME = Pattern.compile("[A-Za-z][A-Za-z0-9_.-]{0,60}");

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

    List<String> sentences() {
        return List.copyOf(sentences);
    }

    /** Returns a question for the end of a sentence that names the nearest name; empty if no name is near. */
    static String suggestion(String name, Collection<String> known) {
        return known.stream()
                .filter(candidate -> distance(name, candidate) <= Math.max(2, candidate.length() / 3))
                .min(Comparator.comparingInt((String candidate) -> distance(name, candidate))
                        .thenComparing(Comparator.naturalOrder()))
                .map(candidate -> "; did you mean " + candidate + "?")
                .orElse("");
    }

    /**
     * Returns whether a text could be the name of a setting, so that it may be shown. Another text could be a misplaced
     * secret.
     */
    static boolean isShowable(String name) {
        return NAME.matcher(name).matches();
    }

    /** Returns the number of characters to insert, remove or replace (Levenshtein's distance). */
    private static int distance(String one, String other) {
        String a = plain(one);
        String b = plain(other);
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[b.length()];
    }

    private static String plain(String name) {
        return name.toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
