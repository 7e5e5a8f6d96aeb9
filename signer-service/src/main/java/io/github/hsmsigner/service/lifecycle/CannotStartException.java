package io.github.hsmsigner.service.lifecycle;

import java.util.Collection;
import java.util.List;

/** The settings cannot work. The exception holds all problems that were found, one sentence each. */
public final class CannotStartException extends Exception {

    private static final long serialVersionUID = 1L;

    private final transient List<String> problems;

    CannotStartException(Collection<String> problems) {
        super(String.join(" ", problems));
        this.problems = List.copyOf(problems);
    }

    static void throwIfAny(Collection<String> problems) throws CannotStartException {
        if (!problems.isEmpty()) {
            throw new CannotStartException(problems);
        }
    }

    /** {@return sentences for the operator; unmodifiable} */
    public List<String> problems() {
        return problems;
    }
}
