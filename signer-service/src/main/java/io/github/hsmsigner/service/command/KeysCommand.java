package io.github.hsmsigner.service.command;

import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.pkcs11.Pkcs11Token;
import io.github.hsmsigner.pkcs11.description.TokenDescription;
import io.github.hsmsigner.service.config.InvalidSettingsException;
import io.github.hsmsigner.service.config.ServiceSettings;
import io.github.hsmsigner.service.config.TokenSettings;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Lists what is on the tokens. */
@Command(
        name = "keys",
        description =
                "Lists the keys and certificates on the PKCS#11 tokens of the settings, and the mechanisms to sign with.",
        mixinStandardHelpOptions = true,
        footer = {"", "Example:", "  HSM_MODULE=/usr/lib/softhsm/libsofthsm2.so HSM_PIN_FILE=pin signer-service keys"})
final class KeysCommand implements Callable<Integer> {

    private static final Duration TIME_LIMIT = Duration.ofSeconds(60);

    @Mixin
    private final SettingsOption settings;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    KeysCommand(Map<String, String> environment) {
        this.settings = new SettingsOption(environment);
    }

    @Override
    public Integer call() throws InvalidSettingsException, IOException {
        Map<String, TokenDescription> tokens = new LinkedHashMap<>();
        ServiceSettings read = settings.read();
        for (Map.Entry<String, TokenSettings> entry : read.tokens().entrySet()) {
            try (Pkcs11Token token = Pkcs11Token.open(entry.getValue().pkcs11())) {
                tokens.put(
                        entry.getKey(),
                        token.describe(Deadline.after(TIME_LIMIT), SettingsOption.certificates(read, entry.getKey())));
            }
        }
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            TokenJson.write(tokens, out);
        } else if (tokens.isEmpty()) {
            out.println("The settings name no PKCS#11 token.");
        } else {
            tokens.forEach((name, description) -> {
                out.println("Token " + name);
                out.println(description.text().indent(2).stripTrailing());
            });
        }
        out.flush();
        return tokens.values().stream().allMatch(t -> t.health().usable()) ? ExitCode.DONE : ExitCode.FAILED;
    }
}
