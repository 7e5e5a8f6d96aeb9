package io.github.hsmsigner.service.command;

import java.util.List;
import picocli.CommandLine;

/** Reports problems of the command line on standard error. Immutable. */
final class Problems implements CommandLine.IExecutionExceptionHandler, CommandLine.IParameterExceptionHandler {

    @Override
    public int handleExecutionException(Exception problem, CommandLine command, CommandLine.ParseResult parsed) {
        return ProblemReport.of(problem, command.getErr());
    }

    @Override
    public int handleParseException(CommandLine.ParameterException problem, String[] arguments) {
        CommandLine command = problem.getCommandLine();
        ProblemReport.tell(command.getErr(), List.of(problem.getMessage()), ExitCode.CANNOT_WORK);
        CommandLine.UnmatchedArgumentException.printSuggestions(problem, command.getErr());
        command.getErr().println("Try '" + command.getCommandSpec().qualifiedName() + " --help'.");
        return ExitCode.CANNOT_WORK;
    }
}
