package io.github.hsmsigner.service.command;

import io.github.hsmsigner.service.config.InvalidSettingsException;
import io.github.hsmsigner.service.config.ServiceSettings;
import io.github.hsmsigner.service.config.SettingsPrinter;
import io.github.hsmsigner.service.config.SettingsReader;
import io.github.hsmsigner.service.config.SettingsReader.SettingsFile;
import io.github.hsmsigner.service.lifecycle.CannotStartException;
import io.github.hsmsigner.service.lifecycle.LogConfiguration;
import io.github.hsmsigner.service.lifecycle.ServiceProcess;
import java.util.List;
import java.util.Map;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;

/** Serves callbacks until the process gets a stop signal. */
@Command(
        name = "serve",
        description = {
            "Serves the signing-service callback of Document Engine until SIGTERM. This is what happens without a command, too.",
            "An HSM that cannot be reached, or refuses the PIN, does not end the process: /health/ready reports why it is not ready."
        },
        exitCodeList = {
            "0:stopped by a signal",
            "1:failed, or something had to be left open",
            "2:settings that cannot work"
        },
        footer = {"  signer-service serve --config signer.yaml", "  signer-service serve --print-config"})
final class ServeCommand extends SettingsCommand {

    @Option(
            names = "--print-config",
            description = "Print the effective settings and their sources, with secrets masked, and exit.")
    private boolean printConfig;

    @Override
    public Integer call() throws InvalidSettingsException, CannotStartException, InterruptedException {
        if (printConfig) {
            print(SettingsPrinter.print(environment()).stripTrailing());
        } else {
            serve(environment());
        }
        return ExitCode.OK;
    }

    /** Starts the service, which continues in separate threads. */
    static void serve(Map<String, String> environment)
            throws InvalidSettingsException, CannotStartException, InterruptedException {
        try {
            ServiceSettings settings = SettingsReader.read(environment, LogConfiguration::use);
            ServiceProcess.start(settings, SettingsFile.of(environment));
        } catch (InvalidSettingsException e) {
            CannotStartException all = ServiceProcess.cannotStart(e);
            logFailure(all.problems());
            throw all;
        } catch (CannotStartException e) {
            logFailure(e.problems());
            throw e;
        }
    }

    /** Logs problems that are found before the settings are read, as the environment configures the log. */
    static void logRefusal(List<String> problems, Map<String, String> environment) {
        LogConfiguration.use(SettingsReader.logSettings(environment));
        logFailure(problems);
    }

    /** Logs the problems, because a log collector does not read standard error. */
    private static void logFailure(List<String> problems) {
        problems.forEach(problem ->
                LoggerFactory.getLogger(ServeCommand.class).error("The service could not start: {}", problem));
    }
}
