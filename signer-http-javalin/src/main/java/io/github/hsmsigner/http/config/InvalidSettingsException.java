package io.github.hsmsigner.http.config;

import java.util.List;

/** The settings cannot work. Holds everything that is wrong with them. No sentence repeats a secret. */
public final class InvalidSettingsException extends Exception {

    private static final long serialVersionUID = 1L;

    private final transient List<String> problems;
    private final transient LogSettings log;

    InvalidSettingsException(List<String> problems, LogSettings log) {
        super(String.join(" ", problems));
        this.log = log;
        this.problems = List.copyOf(problems);
    }

    /**
     * What is wrong.
     *
     * @return a sentence for each problem, which names the variable, or the setting and its line in the file; unmodifiable
     */
    public List<String> problems() {
        return problems;
    }

    /**
     * Returns the settings of the log, for what is logged about the problems.
     *
     * @return the settings; a default in place of each value that cannot be used
     */
    public LogSettings log() {
        return log;
    }
}
