package io.github.hsmsigner.service.command;

import io.github.hsmsigner.audit.AuditAnchor;
import io.github.hsmsigner.audit.AuditReport;
import io.github.hsmsigner.audit.AuditVerifier;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The commands for the audit log. */
@Command(
        name = "audit",
        description = "Inspects the audit log.",
        footer = "  signer-service audit verify",
        subcommands = AuditCommand.Verify.class)
final class AuditCommand {

    /** Verifies the chain of an audit log. */
    @Command(
            name = "verify",
            description = {
                "Verifies that no line of an audit log was changed, removed, added or moved, and names the first that is not in order.",
                "The service may be running."
            },
            exitCodeList = {"0:all lines are in order", "1:one is not", "2:the log could not be read"},
            footer = {
                "  signer-service audit verify",
                "  signer-service audit verify /var/log/signer/audit.jsonl",
                "  signer-service audit verify audit.jsonl \\",
                "      --anchor \"$(cat kept/audit.jsonl.head)\""
            })
    static final class Verify implements Callable<Integer> {

        private static final String FILE_VARIABLE = "SIGNING_AUDIT_FILE";

        @Spec
        private CommandSpec spec;

        @Parameters(
                paramLabel = "FILE",
                arity = "0..*",
                description =
                        "The file that lines are written to, with those rotated before it; or several files of one chain."
                                + " Default: the file that SIGNING_AUDIT_FILE names.")
        private List<Path> files = List.of();

        @Option(
                names = "--anchor",
                paramLabel = "NUMBER:HASH",
                description = "A line that the log must contain, in the form of the file *.head; can be repeated.")
        private List<String> anchors = List.of();

        @Override
        public Integer call() {
            String configured = SignerServiceCommand.environment(spec).getOrDefault(FILE_VARIABLE, "");
            if (files.isEmpty() && configured.isEmpty()) {
                throw new ParameterException(
                        spec.commandLine(), "FILE is missing, and " + FILE_VARIABLE + " names no audit log.");
            }
            try {
                AuditAnchor[] parsed = anchors.stream().map(AuditAnchor::parse).toArray(AuditAnchor[]::new);
                AuditReport report = AuditVerifier.verify(
                        files.size() > 1
                                ? files
                                : AuditVerifier.series(files.isEmpty() ? Path.of(configured) : files.get(0)),
                        parsed);
                PrintWriter out = spec.commandLine().getOut();
                out.print(report.text());
                out.flush();
                return report.intact() ? ExitCode.OK : ExitCode.SOFTWARE;
            } catch (NoSuchFileException e) {
                return notVerified("The file " + e.getFile() + " of the audit log does not exist.");
            } catch (AccessDeniedException e) {
                return notVerified("This user may not read the file " + e.getFile() + " of the audit log.");
            } catch (IOException e) {
                return notVerified("The audit log cannot be read: " + e.getMessage() + ".");
            }
        }

        private int notVerified(String reason) {
            return CommandExceptionHandler.print(spec.commandLine().getErr(), List.of(reason), ExitCode.USAGE);
        }
    }
}
