package io.github.hsmsigner.pkcs11.contract;

import io.github.hsmsigner.pkcs11.PinSource;
import io.github.hsmsigner.pkcs11.TokenSelector;
import java.nio.file.Path;
import java.util.Optional;

/** The contract on the token that the environment names. No part of the build: {@code scripts/contract} runs it. */
class OwnTokenContract extends Pkcs11Contract {

    @Override
    ContractToken token() {
        TokenSelector selector = TokenSelector.any();
        Optional<String> label = variable("HSM_TOKEN_LABEL");
        if (label.isPresent()) {
            selector = selector.withLabel(label.get());
        }
        Optional<String> slot = variable("HSM_SLOT_ID");
        if (slot.isPresent()) {
            selector = selector.withSlotId(slotId(slot.get()));
        }
        return new ContractToken(
                "own-token",
                Path.of(variable("HSM_MODULE").orElseThrow()),
                variable("HSM_INITIALIZE_PARAMETERS"),
                variable("HSM_PIN_FILE")
                        .map(file -> PinSource.file(Path.of(file)))
                        .orElseGet(() -> PinSource.environment("HSM_PIN")),
                selector,
                Optional.empty());
    }

    private static long slotId(String text) {
        return text.startsWith("0x") ? Long.parseUnsignedLong(text.substring(2), 16) : Long.parseUnsignedLong(text);
    }

    private static Optional<String> variable(String name) {
        return Optional.ofNullable(System.getenv(name)).filter(value -> !value.isEmpty());
    }
}
