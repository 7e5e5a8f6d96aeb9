package io.github.hsmsigner.service.command;

import io.github.hsmsigner.service.check.CheckReport;
import io.github.hsmsigner.service.check.ServiceCheck;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Reports whether the service would work. */
@Command(
        name = "check",
        description = {
            "Exercises what serve will do: settings, policy, TLS, audit log, timestamps, tokens, keys, containers and dates.",
            "Logs in to each token once. The service may be running."
        },
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Exit codes: 0 the service would work, also with warnings; 1 something is wrong.",
            "",
            "Examples:",
            "  signer-service check",
            "  signer-service check --config signer.yaml --json"
        })
final class CheckCommand implements Callable<Integer> {

    @Mixin
    private final SettingsOption settings;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    CheckCommand(Map<String, String> environment) {
        this.settings = new SettingsOption(environment);
    }

    @Override
    public Integer call() throws IOException {
        CheckReport report = ServiceCheck.of(settings.environment());
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            report.writeJson(out);
        } else {
            report.writeText(out);
        }
        out.flush();
        return report.failed() ? ExitCode.FAILED : ExitCode.DONE;
    }
}
