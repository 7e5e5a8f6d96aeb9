package io.github.hsmsigner.service.command;

import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.core.error.SigningException;
import io.github.hsmsigner.service.config.InvalidSettingsException;
import io.github.hsmsigner.service.lifecycle.CannotStartException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.ExitCode;

/** Prints the problems of a command on standard error, one on each line, and returns the exit code for them. */
final class CommandExceptionHandler {

    private CommandExceptionHandler() {}

    static int print(Exception problem, PrintWriter err) {
        if (problem instanceof InvalidSettingsException settings) {
            return print(err, settings.problems(), ExitCode.USAGE);
        }
        if (problem instanceof CannotStartException start) {
            return print(err, start.problems(), ExitCode.USAGE);
        }
        if (problem instanceof InvalidConfigurationException) {
            return print(err, List.of(problem.getMessage()), ExitCode.USAGE);
        }
        return print(err, List.of(failure(problem)), ExitCode.SOFTWARE);
    }

    private static String failure(Exception problem) {
        if (problem instanceof SigningException) {
            return problem.getMessage();
        }
        if (problem instanceof InterruptedException) {
            Thread.currentThread().interrupt();
            return "Interrupted.";
        }
        if (problem instanceof NoSuchFileException absent) {
            return "There is no file " + absent.getFile() + ".";
        }
        if (problem instanceof AccessDeniedException denied) {
            return "This user may not open the file " + denied.getFile() + ".";
        }
        if (problem instanceof IOException) {
            return "A file cannot be read or written: " + problem.getMessage() + ".";
        }
        LoggerFactory.getLogger(CommandExceptionHandler.class)
                .error("The command failed with an unexpected error.", problem);
        return "An unexpected error; the log has it.";
    }

    /** Prints a problem of the command line, with the command's suggestions. */
    static int print(CommandLine.ParameterException problem) {
        CommandLine command = problem.getCommandLine();
        print(command.getErr(), List.of(problem.getMessage().replaceFirst("^Error: ", "")), ExitCode.USAGE);
        CommandLine.UnmatchedArgumentException.printSuggestions(problem, command.getErr());
        command.getErr().println("Try '" + command.getCommandSpec().qualifiedName() + " --help'.");
        return ExitCode.USAGE;
    }

    static int print(PrintWriter err, List<String> sentences, int exitCode) {
        // Supervisors and people look for one line a problem.
        sentences.forEach(sentence -> err.println("signer-service: " + sentence.replaceAll("\\s*\\R\\s*", " ")));
        err.flush();
        return exitCode;
    }
}
