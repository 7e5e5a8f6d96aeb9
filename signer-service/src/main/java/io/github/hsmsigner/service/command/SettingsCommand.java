package io.github.hsmsigner.service.command;

import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.service.config.InvalidSettingsException;
import io.github.hsmsigner.service.config.ServiceSettings;
import io.github.hsmsigner.service.config.SettingsReader;
import io.github.hsmsigner.service.config.TokenSettings;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** A command that reads the settings of the service: the environment, and a file that it or an option names. */
abstract class SettingsCommand implements Callable<Integer> {

    @Option(
            names = {"-c", "--config"},
            paramLabel = "FILE",
            description = "YAML file with settings; instead of the variable SIGNING_SERVICE_CONFIG.")
    private Path configFile;

    @Spec
    private CommandSpec spec;

    /** Returns the environment, with the file of the option in it. */
    final Map<String, String> environment() {
        Map<String, String> all = new HashMap<>(SignerServiceCommand.environment(spec));
        if (configFile != null) {
            all.put(SettingsReader.FILE_VARIABLE, configFile.toString());
        }
        return all;
    }

    final ServiceSettings settings() throws InvalidSettingsException {
        return SettingsReader.read(environment());
    }

    /** Returns the token of that name, or the only one if the name is {@code null}. */
    static Map.Entry<String, TokenSettings> token(ServiceSettings settings, String name) {
        Map<String, TokenSettings> tokens = settings.tokens();
        if (tokens.isEmpty()) {
            throw new InvalidConfigurationException("No PKCS#11 token is set: HSM_MODULE and HSM_PIN name one.");
        }
        if (name == null && tokens.size() > 1) {
            throw new InvalidConfigurationException(
                    "The settings have several tokens. Name one of " + tokens.keySet() + ".");
        }
        if (name != null && !tokens.containsKey(name)) {
            throw new InvalidConfigurationException(
                    "There is no token \"" + name + "\" in the settings; there are " + tokens.keySet() + ".");
        }
        String selected = name == null ? tokens.keySet().iterator().next() : name;
        return Map.entry(selected, tokens.get(selected));
    }

    final CommandLine commandLine() {
        return spec.commandLine();
    }

    final void print(String line) {
        PrintWriter out = commandLine().getOut();
        out.println(line);
        out.flush();
    }
}
