package io.github.hsmsigner.service.command;

import io.github.hsmsigner.service.lifecycle.ServiceProcess;
import java.util.Map;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ScopeType;

/** The root of all commands; without a command it serves. */
@Command(
        name = "signer-service",
        description = {
            "Signs for Nutrient Document Engine with keys that live in an HSM.",
            "Without a command it serves. Settings are environment variables and a YAML file;"
                    + " 'serve --print-config' shows them."
        },
        mixinStandardHelpOptions = true,
        scope = ScopeType.INHERIT,
        versionProvider = SignerServiceCommand.ManifestVersion.class,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:done, or stopped by a signal", "1:failed", "2:a command line or settings that cannot work"},
        footerHeading = "%nExamples:%n",
        footer = {
            "  java -jar signer-service.jar check",
            "  HSM_MODULE=/opt/cloudhsm/lib/libcloudhsm_pkcs11.so HSM_PIN_FILE=pin \\",
            "      SIGNING_CERTIFICATE=signer.pem java -jar signer-service.jar",
            "  java -jar signer-service.jar sign contract.pdf",
            "  source <(java -jar signer-service.jar generate-completion)"
        })
record SignerServiceCommand(Map<String, String> environment) {

    /** Returns the command line, with the environment that the commands are to read. */
    static CommandLine create(Map<String, String> environment) {
        return withProblemReport(new CommandLine(new SignerServiceCommand(Map.copyOf(environment)))
                .addSubcommand(new HelpCommand())
                .addSubcommand(new AuditCommand())
                .addSubcommand(new AutoComplete.GenerateCompletion())
                .addSubcommand(new ServeCommand())
                .addSubcommand(new CheckCommand())
                .addSubcommand(new KeysCommand())
                .addSubcommand(new AllowLoginsCommand())
                .addSubcommand(new TokenCommands.GenerateKey())
                .addSubcommand(new TokenCommands.RequestCertificate())
                .addSubcommand(new TokenCommands.ImportCertificate())
                .addSubcommand(new SignCommand()));
    }

    /**
     * Returns the same for a command line that begins with "serve". Reading the options of all other commands would
     * prolong startup by 0.1 s.
     */
    static CommandLine createForServe(Map<String, String> environment) {
        return withProblemReport(
                new CommandLine(new SignerServiceCommand(Map.copyOf(environment))).addSubcommand(new ServeCommand()));
    }

    /** Returns the environment that a command is to read. */
    static Map<String, String> environment(CommandSpec command) {
        return ((SignerServiceCommand) command.root().userObject()).environment();
    }

    private static CommandLine withProblemReport(CommandLine commandLine) {
        return commandLine
                .setExecutionExceptionHandler(
                        (problem, command, parsed) -> CommandExceptionHandler.print(problem, command.getErr()))
                .setParameterExceptionHandler((problem, arguments) -> CommandExceptionHandler.print(problem))
                .setUsageHelpAutoWidth(true);
    }

    /** The version from the manifest of the runnable file. */
    static final class ManifestVersion implements IVersionProvider {

        @Override
        public String[] getVersion() {
            return new String[] {"signer-service " + ServiceProcess.version()};
        }
    }
}
