package io.github.hsmsigner.http.service;

import io.github.hsmsigner.http.config.InvalidSettingsException;
import io.github.hsmsigner.http.config.SettingsPrinter;
import java.io.PrintStream;
import java.util.Map;
import java.util.concurrent.Callable;

/** Prints the settings as they are in force, secrets masked. Exit code 2 if they cannot work, with one line for each problem. */
final class PrintConfigCommand implements Callable<Integer> {

    private final Map<String, String> environment;
    private final PrintStream out;
    private final PrintStream err;

    PrintConfigCommand(Map<String, String> environment, PrintStream out, PrintStream err) {
        this.environment = environment;
        this.out = out;
        this.err = err;
    }

    @Override
    public Integer call() {
        try {
            out.print(SettingsPrinter.print(environment));
            return ServeCommand.DONE;
        } catch (InvalidSettingsException e) {
            e.problems().forEach(problem -> ServeCommand.report(err, problem));
            return ServeCommand.CANNOT_WORK;
        }
    }
}
