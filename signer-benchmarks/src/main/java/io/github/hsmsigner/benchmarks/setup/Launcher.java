package io.github.hsmsigner.benchmarks.setup;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The command line that {@code deploy/systemd} starts the service with. The working directory is that of the project.
 */
public final class Launcher {

    /** The file with the options of the virtual machine. */
    public static final String OPTIONS = "deploy/systemd/java-options";

    private static final Path UNIT = Path.of("deploy/systemd/signer.service");

    /** Excludes variables with a specifier of systemd: they describe the token. */
    private static final Pattern VARIABLE = Pattern.compile("Environment=(\\w+)=([^%]*)");

    private Launcher() {}

    /**
     * Returns the environment variables of the unit that do not depend on the token.
     *
     * @return the variables
     */
    public static Map<String, String> variables() {
        try {
            return Files.readAllLines(UNIT).stream()
                    .map(VARIABLE::matcher)
                    .filter(Matcher::matches)
                    .collect(Collectors.toMap(variable -> variable.group(1), variable -> variable.group(2)));
        } catch (IOException e) {
            throw new UncheckedIOException("The unit of systemd cannot be read", e);
        }
    }
}
