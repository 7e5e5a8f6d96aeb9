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

/** Prints the problems of a command, one on each line, and returns the exit code for them. */
final class ProblemReport {

    private ProblemReport() {}

    /** Reports an exception of a command. */
    static int of(Exception problem, PrintWriter err) {
        if (problem instanceof InvalidSettingsException settings) {
            return tell(err, settings.problems(), ExitCode.CANNOT_WORK);
        }
        if (problem instanceof CannotStartException start) {
            return tell(err, start.problems(), ExitCode.CANNOT_WORK);
        }
        if (problem instanceof InvalidConfigurationException) {
            return tell(err, List.of(problem.getMessage()), ExitCode.CANNOT_WORK);
        }
        if (problem instanceof SigningException) {
            return tell(err, List.of(problem.getMessage()), ExitCode.FAILED);
        }
        if (problem instanceof InterruptedException) {
            Thread.currentThread().interrupt();
            return tell(err, List.of("Interrupted."), ExitCode.FAILED);
        }
        if (problem instanceof IOException) {
            return tell(err, List.of(sentence((IOException) problem)), ExitCode.FAILED);
        }
        LoggerFactory.getLogger(ProblemReport.class).error("The command failed with an unexpected error.", problem);
        return tell(err, List.of("An unexpected error; the log has it."), ExitCode.FAILED);
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

    /** Prints problems. */
    static int tell(PrintWriter err, List<String> sentences, int exitCode) {
        // Supervisors and people look for one line a problem.
        sentences.forEach(sentence -> err.println("signer-service: " + sentence.replaceAll("\\s*\\R\\s*", " ")));
        err.flush();
        return exitCode;
    }
}
