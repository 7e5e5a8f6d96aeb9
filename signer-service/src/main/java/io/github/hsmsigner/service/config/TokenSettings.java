package io.github.hsmsigner.service.config;

import io.github.hsmsigner.pkcs11.Pkcs11Config;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;

/**
 * A PKCS#11 token. Immutable.
 *
 * @param pkcs11 how to reach it
 * @param pinFile the file that its PIN comes from; empty if it comes from elsewhere
 */
public record TokenSettings(Pkcs11Config pkcs11, Optional<Path> pinFile) {

    /**
     * Checks the parts.
     *
     * @param pkcs11 how to reach it
     * @param pinFile the file that its PIN comes from
     */
    public TokenSettings {
        Objects.requireNonNull(pkcs11, "pkcs11");
        Objects.requireNonNull(pinFile, "pinFile");
    }
}
