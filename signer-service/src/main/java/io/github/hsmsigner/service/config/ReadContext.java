package io.github.hsmsigner.service.config;

import java.util.Optional;

/**
 * Where in the settings something is read, and the state that all readers share.
 *
 * @param path the names from the top, joined by dots; empty for the top
 * @param variables whether environment variables can set values here
 * @param file whether there is a file
 */
record ReadContext(String path, boolean variables, Environment environment, Problems problems, boolean file) {

    ReadContext child(String name) {
        return at(pathOf(name), variables);
    }

    ReadContext at(String otherPath, boolean withVariables) {
        return new ReadContext(otherPath, withVariables, environment, problems, file);
    }

    String pathOf(String name) {
        return path.isEmpty() ? name : path + "." + name;
    }

    /** Adds a problem: where it is, and the rest of a sentence without its full stop. */
    void report(String where, String predicate) {
        problems.add(where, predicate);
    }

    boolean isSet(String variable) {
        return environment.setting(variable).isPresent();
    }

    /** Returns the value of a setting's variable, if variables are allowed here. */
    Optional<RawValue> variable(Setting<?> setting, Optional<String> variable) {
        return variable.filter(name -> variables).flatMap(name -> setting.type().inVariable(name, this));
    }

    /** Returns the name of a missing setting in problems. */
    String whereMissing(Setting<?> setting) {
        Optional<String> variable = setting.variable().filter(name -> variables);
        return variable.filter(name -> !file)
                .orElseGet(() -> pathOf(setting.name())
                        + variable.map(name -> " (or " + name + ")").orElse(""));
    }
}
