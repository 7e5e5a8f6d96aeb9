package io.github.hsmsigner.service.config;

import io.github.hsmsigner.service.config.ServiceSettings.UsableSettings;
import java.util.List;

/** The settings cannot work. No sentence repeats a secret. */
public final class InvalidSettingsException extends Exception {

    private static final long serialVersionUID = 1L;

    private final transient List<String> problems;
    private final transient UsableSettings usable;

    InvalidSettingsException(List<String> problems, UsableSettings usable) {
        super(String.join(" ", problems));
        this.usable = usable;
        this.problems = List.copyOf(problems);
    }

    /** {@return a sentence for each problem, which names the variable, or the setting and its line in the file} */
    public List<String> problems() {
        return problems;
    }

    /** {@return the parts of the settings without a problem, so that they can be checked in the same round} */
    public UsableSettings usable() {
        return usable;
    }
}
