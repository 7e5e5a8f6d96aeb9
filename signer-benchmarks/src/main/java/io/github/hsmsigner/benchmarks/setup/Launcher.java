package io.github.hsmsigner.benchmarks.setup;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The command line that the Debian package starts the service with. */
public final class Launcher {

    /** The file with the options of the virtual machine, in the directory of the project. */
    public static final String OPTIONS = "deploy/systemd/java-options";

    private static final Path UNIT = Path.of("deploy/systemd/signer.service");

    /** The command that the unit starts. */
    private static final Path SCRIPT = Path.of("deploy/debian/signer-service");

    /** Excludes variables with a specifier of systemd: they describe the token. */
    private static final Pattern VARIABLE = Pattern.compile("Environment=(\\w+)=([^%]*)");

    /** A variable with a default, at the beginning of a line. */
    private static final Pattern DEFAULT = Pattern.compile("export (\\w+)=\\$\\{\\1:?-([^}]*)}");

    private Launcher() {}

    /**
     * Returns the environment variables of the unit and the command that do not depend on the token.
     *
     * @param project the directory of the project
     * @return the variables
     */
    public static Map<String, String> variables(Path project) {
        Map<String, String> variables = read(project.resolve(SCRIPT), DEFAULT);
        variables.putAll(read(project.resolve(UNIT), VARIABLE));
        return variables;
    }

    private static Map<String, String> read(Path file, Pattern pattern) {
        try {
            return Files.readAllLines(file).stream()
                    .map(pattern::matcher)
                    .filter(Matcher::matches)
                    .collect(Collectors.toMap(
                            variable -> variable.group(1),
                            variable -> variable.group(2),
                            (first, second) -> second,
                            HashMap::new));
        } catch (IOException e) {
            throw new UncheckedIOException(file + " cannot be read", e);
        }
    }
}
