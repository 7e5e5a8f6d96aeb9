package io.github.hsmsigner.http.command;

import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.core.error.SigningException;
import io.github.hsmsigner.http.config.InvalidSettingsException;
import io.github.hsmsigner.http.service.CannotStartException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;

/** Tells on standard error what kept a command from its work, a line each, and gives the exit code for it. Immutable. */
final class Problems implements CommandLine.IExecutionExceptionHandler, CommandLine.IParameterExceptionHandler {

    @Override
    public int handleExecutionException(Exception problem, CommandLine command, CommandLine.ParseResult parsed) {
        if (problem instanceof InvalidSettingsException settings) {
            return tell(command, settings.problems(), ExitCode.CANNOT_WORK);
        }
        if (problem instanceof CannotStartException start) {
            return tell(command, start.problems(), ExitCode.CANNOT_WORK);
        }
        if (problem instanceof InvalidConfigurationException) {
            return tell(command, List.of(problem.getMessage()), ExitCode.CANNOT_WORK);
        }
        if (problem instanceof SigningException) {
            return tell(command, List.of(problem.getMessage()), ExitCode.FAILED);
        }
        if (problem instanceof InterruptedException) {
            Thread.currentThread().interrupt();
            return tell(command, List.of("Interrupted."), ExitCode.FAILED);
        }
        if (problem instanceof IOException) {
            return tell(command, List.of(sentence((IOException) problem)), ExitCode.FAILED);
        }
        LoggerFactory.getLogger(Problems.class).error("The command met an unexpected error.", problem);
        return tell(command, List.of("An unexpected error; the log has it."), ExitCode.FAILED);
    }

    @Override
    public int handleParseException(CommandLine.ParameterException problem, String[] arguments) {
        CommandLine command = problem.getCommandLine();
        tell(command, List.of(problem.getMessage()), ExitCode.CANNOT_WORK);
        CommandLine.UnmatchedArgumentException.printSuggestions(problem, command.getErr());
        command.getErr().println("Try '" + command.getCommandSpec().qualifiedName() + " --help'.");
        return ExitCode.CANNOT_WORK;
    }

    private static String sentence(IOException problem) {
        if (problem instanceof NoSuchFileException file) {
            return "There is no file " + file.getFile() + ".";
        }
        if (problem instanceof AccessDeniedException file) {
            return "This user may not open the file " + file.getFile() + ".";
        }
        return "A file cannot be read or written: " + problem.getMessage() + ".";
    }

    private static int tell(CommandLine command, List<String> sentences, int exitCode) {
        PrintWriter err = command.getErr();
        // Supervisors and people look for one line a problem.
        sentences.forEach(sentence -> err.println("signer-service: " + sentence.replaceAll("\\s*\\R\\s*", " ")));
        err.flush();
        return exitCode;
    }
}
