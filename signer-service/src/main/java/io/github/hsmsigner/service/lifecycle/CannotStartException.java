package io.github.hsmsigner.service.lifecycle;

import java.util.List;

/** The settings cannot work; holds everything that was found wrong with them, one sentence each. */
public final class CannotStartException extends Exception {

    private static final long serialVersionUID = 1L;

    private final transient List<String> problems;

    CannotStartException(List<String> problems) {
        super(String.join(" ", problems));
        this.problems = List.copyOf(problems);
    }

    /**
     * Returns the problems.
     *
     * @return sentences for the operator; unmodifiable
     */
    public List<String> problems() {
        return problems;
    }
}
