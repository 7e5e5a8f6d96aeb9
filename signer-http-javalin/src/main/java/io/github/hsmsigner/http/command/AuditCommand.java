package io.github.hsmsigner.http.command;

import io.github.hsmsigner.http.audit.AuditVerification;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** What concerns the audit log. */
@Command(
        name = "audit",
        description = "Looks at the audit log.",
        subcommands = AuditCommand.Verify.class,
        mixinStandardHelpOptions = true)
final class AuditCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        spec.commandLine().usage(spec.commandLine().getErr());
        return ExitCode.CANNOT_WORK;
    }

    /** Verifies the chain of an audit log. */
    @Command(
            name = "verify",
            description = {
                "Verifies that no line of an audit log was changed, removed, added or moved, and names the first that is not in order.",
                "The service may be running."
            },
            mixinStandardHelpOptions = true,
            footer = {
                "",
                "Exit codes: 0 all lines are in order, 1 one is not, 2 the log could not be read.",
                "",
                "Examples:",
                "  signer-service audit verify /var/lib/signer/audit.jsonl",
                "  signer-service audit verify audit.jsonl \\",
                "      --anchor \"$(cat kept/audit.jsonl.head)\""
            })
    static final class Verify implements Callable<Integer> {

        @Spec
        private CommandSpec spec;

        @Parameters(
                paramLabel = "FILE",
                arity = "1..*",
                description =
                        "The file that lines are written to, with those rotated before it; or several files of one chain.")
        private List<Path> files;

        @Option(
                names = "--anchor",
                paramLabel = "NUMBER:HASH",
                description = "A line that must be there, as the file *.head has it; may be given several times.")
        private List<String> anchors = List.of();

        @Override
        public Integer call() {
            AuditVerification verification = AuditVerification.of(files, anchors);
            boolean readable = verification.exitCode() != AuditVerification.NOT_VERIFIED;
            PrintWriter target =
                    readable ? spec.commandLine().getOut() : spec.commandLine().getErr();
            target.print(verification.text());
            target.flush();
            return verification.exitCode();
        }
    }
}
