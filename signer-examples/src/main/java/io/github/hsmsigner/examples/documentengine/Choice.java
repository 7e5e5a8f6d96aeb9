package io.github.hsmsigner.examples.documentengine;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/** A value of an option that takes one of a few words. */
interface Choice {

    /** Returns the word, as the vendor's API and the protocol of the signing service both write it. */
    String spelling();

    static <E extends Choice> Optional<E> find(String word, E[] values) {
        return Arrays.stream(values)
                .filter(value -> value.spelling().equals(word))
                .findFirst();
    }

    static String spellings(Choice[] values) {
        return Arrays.stream(values).map(Choice::spelling).collect(Collectors.joining(", "));
    }
}
