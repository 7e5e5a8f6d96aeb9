package io.github.hsmsigner.service.command;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Map;
import picocli.CommandLine;

/** Runs commands as the command line does, in this process. */
final class Console {

    private final Map<String, String> environment;

    Console(Map<String, String> environment) {
        this.environment = Map.copyOf(environment);
    }

    record Result(int exitCode, String output, String errors) {}

    Result run(String... arguments) {
        StringWriter output = new StringWriter();
        StringWriter errors = new StringWriter();
        CommandLine commandLine = SignerServiceCommand.create(environment)
                .setOut(new PrintWriter(output, true))
                .setErr(new PrintWriter(errors, true));
        return new Result(commandLine.execute(arguments), output.toString(), errors.toString());
    }
}
