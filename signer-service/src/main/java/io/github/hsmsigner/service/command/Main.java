package io.github.hsmsigner.service.command;

import io.github.hsmsigner.service.lifecycle.LogConfiguration;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * The command line of the service.
 *
 * <p>Exit codes:
 * <ul>
 *   <li>0: the command succeeded, or the service stopped after a signal;
 *   <li>1: the command failed;
 *   <li>2: the command line or the settings cannot work. Standard error has one line for each problem.
 * </ul>
 */
public final class Main {

    /** The command that gets the arguments if they name no command. */
    private static final String DEFAULT_COMMAND = "serve";

    private static final List<String> SERVE_OPTIONS = List.of("-c", "--config", "--print-config");

    private Main() {}

    /**
     * Runs a command. Returns while the service continues in separate threads.
     *
     * @param arguments the command line
     */
    public static void main(String[] arguments) {
        int exitCode = run(withCommand(arguments), System.getenv());
        if (exitCode != ExitCode.DONE) {
            System.exit(exitCode);
        }
    }

    private static int run(String[] arguments, Map<String, String> environment) {
        List<String> lost = LostCharacters.find(arguments, environment);
        if (!lost.isEmpty()) {
            if (arguments[0].equals(DEFAULT_COMMAND)) {
                ServeCommand.logRefusal(lost, environment);
            }
            return ProblemReport.tell(new PrintWriter(System.err, true), lost, ExitCode.CANNOT_WORK);
        }
        if (!arguments[0].equals(DEFAULT_COMMAND)) {
            LogConfiguration.useForCommands();
            return SignerServiceCommand.create(environment).execute(arguments);
        }
        if (arguments.length > 1) {
            return SignerServiceCommand.createForServe(environment).execute(arguments);
        }
        return serve(environment);
    }

    /**
     * Serves as the environment says. There is nothing to parse, and a start without picocli is shorter: an archive of
     * the virtual machine takes no classes as old as picocli's (Java 5).
     */
    private static int serve(Map<String, String> environment) {
        try {
            return new ServeCommand(environment).call();
        } catch (Exception e) {
            return ProblemReport.of(e, new PrintWriter(System.err, true));
        }
    }

    private static String[] withCommand(String[] arguments) {
        boolean serve = arguments.length == 0
                || SERVE_OPTIONS.stream().anyMatch(option -> arguments[0].split("=", 2)[0].equals(option));
        if (!serve) {
            return arguments;
        }
        String[] all = Arrays.copyOf(new String[] {DEFAULT_COMMAND}, arguments.length + 1);
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        return all;
    }
}
