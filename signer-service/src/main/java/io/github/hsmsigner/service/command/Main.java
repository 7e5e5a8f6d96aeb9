package io.github.hsmsigner.service.command;

import io.github.hsmsigner.core.internal.secret.LocaleCharset;
import io.github.hsmsigner.service.lifecycle.LogConfiguration;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import picocli.CommandLine.ExitCode;

/** The command line of the service. Standard error has one line for each problem. */
public final class Main {

    /** The command that gets the arguments if they name no command. */
    private static final String DEFAULT_COMMAND = "serve";

    private static final List<String> SERVE_OPTIONS = List.of("-c", "--config", "--print-config");
    private static final Pattern SETTING = Pattern.compile("(HSM|SIGNING)_[A-Z0-9_]*");

    private Main() {}

    /** Runs a command. Returns while the service continues in separate threads. */
    public static void main(String[] arguments) {
        int exitCode = run(withCommand(arguments), System.getenv());
        if (exitCode != ExitCode.OK) {
            System.exit(exitCode);
        }
    }

    private static int run(String[] arguments, Map<String, String> environment) {
        List<String> undecodable = undecodable(arguments, environment);
        if (!undecodable.isEmpty()) {
            if (arguments[0].equals(DEFAULT_COMMAND)) {
                ServeCommand.logRefusal(undecodable, environment);
            }
            return CommandExceptionHandler.print(new PrintWriter(System.err, true), undecodable, ExitCode.USAGE);
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
            ServeCommand.serve(environment);
            return ExitCode.OK;
        } catch (Exception e) {
            return CommandExceptionHandler.print(e, new PrintWriter(System.err, true));
        }
    }

    private static String[] withCommand(String[] arguments) {
        boolean serve =
                arguments.length == 0 || SERVE_OPTIONS.contains(arguments[0].split("=", 2)[0]);
        if (!serve) {
            return arguments;
        }
        String[] all = Arrays.copyOf(new String[] {DEFAULT_COMMAND}, arguments.length + 1);
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        return all;
    }

    /**
     * Returns a sentence for each argument and setting with characters that Java could not decode. Without a locale
     * Java decodes ASCII only and replaces all other characters of labels, subjects and PINs with U+FFFD. No sentence
     * has a value, which could be secret.
     */
    private static List<String> undecodable(String[] arguments, Map<String, String> environment) {
        List<String> subjects = new ArrayList<>();
        for (int i = 0; i < arguments.length; i++) {
            if (LocaleCharset.lostCharacters(arguments[i])) {
                subjects.add("Argument " + (i + 1));
            }
        }
        new TreeMap<>(environment).forEach((name, value) -> {
            if (SETTING.matcher(name).matches() && LocaleCharset.lostCharacters(value)) {
                subjects.add("The environment variable " + name);
            }
        });
        return subjects.stream()
                .map(subject -> subject + " " + LocaleCharset.cannotDecode() + ".")
                .toList();
    }
}
