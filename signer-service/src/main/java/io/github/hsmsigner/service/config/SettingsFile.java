package io.github.hsmsigner.service.config;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** The configuration file, which can be read again. Immutable; printing it shows only the path. */
public final class SettingsFile {

    private final Path path;
    private final Map<String, String> variables;

    private SettingsFile(Path path, Map<String, String> variables) {
        this.path = path;
        this.variables = variables;
    }

    /**
     * Returns the file that the environment names.
     *
     * @param variables the environment variables
     * @return the file; empty if all settings come from the environment
     */
    public static Optional<SettingsFile> of(Map<String, String> variables) {
        return Optional.ofNullable(variables.get(SettingsReader.FILE_VARIABLE))
                .filter(path -> !path.isEmpty())
                .map(path -> new SettingsFile(Path.of(path), Map.copyOf(variables)));
    }

    /**
     * Where it is.
     *
     * @return the path
     */
    public Path path() {
        return path;
    }

    /**
     * Reads the settings, from the file as it is now and the environment as it was.
     *
     * @return the settings
     * @throws InvalidSettingsException if anything is wrong with them; it holds everything that is
     */
    public ServiceSettings read() throws InvalidSettingsException {
        return SettingsReader.read(variables);
    }

    @Override
    public String toString() {
        return "SettingsFile[" + path + "]";
    }
}
