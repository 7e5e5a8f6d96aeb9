package io.github.hsmsigner.service.command;

import io.github.hsmsigner.service.check.CheckReport;
import io.github.hsmsigner.service.check.CheckReport.Finding;
import io.github.hsmsigner.service.check.ServiceCheck;
import java.io.IOException;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;

/** Reports whether the service would work. */
@Command(
        name = "check",
        description = {
            "Exercises what serve will do: settings, policy, TLS, audit log, timestamps, tokens, keys, containers and dates.",
            "Logs in to each token once. The service may be running."
        },
        exitCodeList = {"0:the service would work, also with warnings", "1:something is wrong"},
        footer = {"  signer-service check", "  signer-service check --config signer.yaml --json"})
final class CheckCommand extends SettingsCommand {

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Override
    public Integer call() throws IOException {
        CheckReport report = ServiceCheck.run(environment());
        if (json) {
            new JsonObject()
                    .with("ok", !report.failed())
                    .with("errors", report.count(CheckReport.Level.ERROR))
                    .with("warnings", report.count(CheckReport.Level.WARNING))
                    .with(
                            "findings",
                            report.findings().stream().map(CheckCommand::json).toList())
                    .print(commandLine().getOut());
        } else {
            print(report.text());
        }
        return report.failed() ? ExitCode.SOFTWARE : ExitCode.OK;
    }

    private static JsonObject json(Finding finding) {
        return new JsonObject()
                .with("area", finding.area())
                .with("name", finding.name())
                .with("level", finding.level().name().toLowerCase(Locale.ROOT))
                .with("text", finding.text())
                .with("advice", finding.advice());
    }
}
