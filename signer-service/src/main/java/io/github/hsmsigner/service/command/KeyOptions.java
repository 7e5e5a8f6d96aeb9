package io.github.hsmsigner.service.command;

import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.pkcs11.KeySelector;
import java.util.HexFormat;
import picocli.CommandLine.Option;

/** Which key on a token is meant. */
final class KeyOptions {

    @Option(names = "--label", paramLabel = "LABEL", description = "CKA_LABEL of the key.")
    private String label;

    @Option(names = "--id", paramLabel = "HEX", description = "CKA_ID of the key, in hexadecimal.")
    private String id;

    KeySelector selector() {
        return KeySelector.of(label, id == null ? null : octets(id));
    }

    static byte[] octets(String hexadecimal) {
        try {
            return HexFormat.of().parseHex(hexadecimal);
        } catch (IllegalArgumentException e) {
            throw new InvalidConfigurationException(
                    "The id of a key must be hexadecimal, with an even number of digits, such as 0a1b.", e);
        }
    }
}
