package io.github.hsmsigner.examples.springboot;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The properties {@code signer.*}. Immutable. The PIN is not one of them, so that it is in no list of properties.
 *
 * @param module {@code signer.module}: the PKCS#11 module
 * @param tokenLabel {@code signer.token-label}: the label of the token
 * @param pinFile {@code signer.pin-file}: a file with the PIN
 * @param keyLabel {@code signer.key-label}: the label of the key
 * @param startTimeLimit {@code signer.start-time-limit}: how long the key may take to prove that it signs, at the start
 */
@ConfigurationProperties("signer")
public record SignerProperties(
        Path module,
        String tokenLabel,
        Path pinFile,
        String keyLabel,
        @DefaultValue("10s") Duration startTimeLimit) {

    /**
     * Checks that nothing is missing.
     *
     * @param module {@code signer.module}: the PKCS#11 module
     * @param tokenLabel {@code signer.token-label}: the label of the token
     * @param pinFile {@code signer.pin-file}: a file with the PIN
     * @param keyLabel {@code signer.key-label}: the label of the key
     * @param startTimeLimit {@code signer.start-time-limit}: how long the key may take to prove that it signs, at the start
     */
    public SignerProperties {
        Objects.requireNonNull(module, "signer.module is not set");
        Objects.requireNonNull(tokenLabel, "signer.token-label is not set");
        Objects.requireNonNull(pinFile, "signer.pin-file is not set");
        Objects.requireNonNull(keyLabel, "signer.key-label is not set");
    }
}
