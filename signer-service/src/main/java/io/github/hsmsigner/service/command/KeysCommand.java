package io.github.hsmsigner.service.command;

import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.pkcs11.Pkcs11Token;
import io.github.hsmsigner.pkcs11.description.TokenDescription;
import io.github.hsmsigner.service.config.InvalidSettingsException;
import io.github.hsmsigner.service.config.ServiceSettings;
import io.github.hsmsigner.service.config.TokenSettings;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;

/** Lists what is on the tokens. */
@Command(
        name = "keys",
        description =
                "Lists the keys and certificates on the PKCS#11 tokens of the settings, and the mechanisms to sign with.",
        footer = "  HSM_MODULE=/usr/lib/softhsm/libsofthsm2.so HSM_PIN_FILE=pin signer-service keys")
final class KeysCommand extends SettingsCommand {

    private static final Duration TIME_LIMIT = Duration.ofSeconds(60);

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Override
    public Integer call() throws InvalidSettingsException, IOException {
        Map<String, TokenDescription> tokens = new LinkedHashMap<>();
        ServiceSettings settings = settings();
        for (Map.Entry<String, TokenSettings> entry : settings.tokens().entrySet()) {
            try (Pkcs11Token token = Pkcs11Token.open(entry.getValue().pkcs11())) {
                tokens.put(
                        entry.getKey(),
                        token.describe(
                                Deadline.after(TIME_LIMIT), TokenCommands.certificates(settings, entry.getKey())));
            }
        }
        if (json) {
            JsonObject descriptions = new JsonObject();
            tokens.forEach((name, token) -> descriptions.with(name, json(token)));
            new JsonObject().with("tokens", descriptions).print(commandLine().getOut());
        } else if (tokens.isEmpty()) {
            print("The settings name no PKCS#11 token.");
        } else {
            tokens.forEach((name, token) -> {
                print("Token " + name);
                print(token.text().indent(2).stripTrailing());
            });
        }
        return tokens.values().stream().allMatch(token -> token.health().usable()) ? ExitCode.OK : ExitCode.SOFTWARE;
    }

    private static JsonObject json(TokenDescription token) {
        return new JsonObject()
                .with("module", token.module().file().toString())
                .with("library", token.module().library())
                .with("vendor_profile", token.module().vendorProfile())
                .with("health", token.health().state().name().toLowerCase(Locale.ROOT))
                .with("health_reason", token.health().reason())
                .with("slots", token.slots().stream().map(KeysCommand::json).toList())
                .with("mechanisms", token.mechanisms())
                .with("keys", token.keys().stream().map(KeysCommand::json).toList())
                .with(
                        "certificates",
                        token.certificates().stream().map(KeysCommand::json).toList())
                .with("problems", token.problems());
    }

    private static JsonObject json(TokenDescription.Slot slot) {
        return new JsonObject()
                // Slot ids have 64 bits, more than a JSON number holds everywhere.
                .with("slot_id", Long.toUnsignedString(slot.slotId()))
                .with("label", slot.label())
                .with("serial_number", slot.serialNumber())
                .with("model", slot.model())
                .with("initialized", slot.initialized())
                .with("open", slot.open())
                .with("problem", slot.problem());
    }

    private static JsonObject json(TokenDescription.Key key) {
        return new JsonObject()
                .with("name", key.name())
                .with("type", key.type())
                .with("public_half_shown", key.publicHalfShown())
                .with("login_for_each_signature", key.alwaysAuthenticate())
                .with("certificate", key.certificate())
                .with("plan", key.plan());
    }

    private static JsonObject json(TokenDescription.Certificate certificate) {
        return new JsonObject()
                .with("subject", certificate.subject())
                .with("issuer", certificate.issuer())
                .with("serial_number", certificate.serialNumber().toString(16))
                .with("not_before", certificate.notBefore().toString())
                .with("not_after", certificate.notAfter().toString());
    }
}
