package io.github.hsmsigner.springboot;

import io.github.hsmsigner.core.error.SigningException;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Keys of the properties cannot be used, so the application does not start. */
final class KeyStartupException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient Map<String, SigningException> problems;

    KeyStartupException(Map<String, SigningException> problems) {
        super(text(problems), problems.values().iterator().next());
        this.problems = Collections.unmodifiableMap(new TreeMap<>(problems));
    }

    private static String text(Map<String, SigningException> problems) {
        return problems.entrySet().stream()
                .map(problem -> SignerProperties.KEYS + "." + problem.getKey() + ": "
                        + problem.getValue().getMessage())
                .collect(Collectors.joining(" "));
    }

    /** Returns the problems by the name of the key. */
    Map<String, SigningException> problems() {
        return problems;
    }
}
