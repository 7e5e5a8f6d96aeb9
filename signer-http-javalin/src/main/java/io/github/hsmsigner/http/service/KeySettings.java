package io.github.hsmsigner.http.service;

import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** Where the signing key is. */
sealed interface KeySettings {

    /**
     * On a PKCS#11 token.
     *
     * @param module the shared library of the PKCS#11 module
     * @param pin the PIN, exactly as C_Login is to get it
     * @param tokenLabel the token's label; empty for any
     * @param slotId the token's slot, an unsigned number; empty for any
     * @param keyLabel the key's CKA_LABEL; empty for any
     * @param keyId the key's CKA_ID in hexadecimal; empty for any
     * @param maxSessions how many sessions sign at once; empty for the default
     */
    record Hsm(
            Path module,
            Secret pin,
            Optional<String> tokenLabel,
            OptionalLong slotId,
            Optional<String> keyLabel,
            Optional<String> keyId,
            OptionalInt maxSessions)
            implements KeySettings {}

    /**
     * In a PKCS#12 file.
     *
     * @param file the file
     * @param password the password of the file and of its key
     */
    record KeyStoreFile(Path file, Secret password) implements KeySettings {}
}
