package io.github.hsmsigner.service.config;

import java.util.Optional;

/**
 * Where in the settings something is read.
 *
 * @param path the names from the top, joined by dots; empty for the top
 * @param variables whether environment variables can set values here
 * @param context what is read from
 */
record Place(String path, boolean variables, Context context) {

    /**
     * The state that all readers share.
     *
     * @param environment the variables
     * @param problems the problems
     * @param file whether there is a file
     */
    record Context(Environment environment, Problems problems, boolean file) {}

    Place child(String name) {
        return new Place(pathOf(name), variables, context);
    }

    Place withVariables(boolean wanted) {
        return new Place(path, wanted, context);
    }

    String pathOf(String name) {
        return path.isEmpty() ? name : path + "." + name;
    }

    Problems problems() {
        return context.problems();
    }

    /** Returns the value of a setting's variable, if variables are allowed here. */
    Optional<Given> variable(Setting<?> setting, Optional<String> variable) {
        return variables ? variable.flatMap(name -> setting.shape().inVariable(name, context)) : Optional.empty();
    }

    /** Returns the name of a missing setting in problems. */
    String whereMissing(Setting<?> setting) {
        Optional<String> variable = setting.variable().filter(name -> variables);
        return variable.isPresent() && !context.file()
                ? variable.get()
                : pathOf(setting.name())
                        + variable.map(name -> " (or " + name + ")").orElse("");
    }
}
