package io.github.hsmsigner.pkcs11;

import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.core.error.SigningUnavailableException;
import io.github.hsmsigner.core.internal.secret.SecretText;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * The source of the PIN, which is read again for each login. After a token refused a PIN, the source is read from time
 * to time. There is another login once it returns another PIN.
 *
 * <p>Implementations are thread-safe, and their {@link Object#toString} does not show the PIN.
 */
@FunctionalInterface
public interface PinSource {

    /**
     * Returns the PIN, exactly as C_Login is to get it; for CloudHSM {@code user:password}.
     *
     * @return a copy that the caller wipes after use
     * @throws SigningUnavailableException if the source has none; not {@code retryable()}, because an operator must fix
     *     it
     */
    char[] pin();

    /**
     * Names the source in messages, such as {@code the file /run/secrets/pin}. The name must not contain the PIN.
     *
     * @return the name; default: {@code a source of the program}
     */
    default String description() {
        return "a source of the program";
    }

    /**
     * Returns a source with a fixed PIN. The PIN goes to the token unchanged.
     *
     * @param pin the PIN; copied
     * @return the source
     */
    static PinSource fixed(char[] pin) {
        return fixed(pin, "a fixed value of the program");
    }

    /**
     * Returns a source with a fixed PIN and a name.
     *
     * @param pin the PIN; copied
     * @param description the name of the source in messages, such as that of a setting
     * @return the source
     */
    static PinSource fixed(char[] pin, String description) {
        return new FixedPin(pin, description);
    }

    /**
     * Returns a source that reads the PIN from a file for each login, so that it can change without a restart.
     *
     * @param file the file; its content in UTF-8 is the PIN, decoded as by {@link SecretText#decode}
     * @return the source
     */
    static PinSource file(Path file) {
        return new FilePin(file);
    }

    /**
     * Returns a source that reads the PIN from an environment variable, decoded as by {@link SecretText#of}.
     *
     * @param variable the name of the variable
     * @return the source
     */
    static PinSource environment(String variable) {
        return new EnvironmentPin(variable);
    }

    /**
     * Returns a source that runs a program for each login; the program prints the PIN.
     *
     * @param command the program and its arguments; no shell reads them
     * @param timeout the maximum time to wait for its end
     * @return the source; the output of the program in UTF-8 is the PIN, decoded as by {@link SecretText#decode}
     * @throws InvalidConfigurationException if the charset of the locale cannot encode the command, so that the program
     *     would get other text
     */
    static PinSource command(List<String> command, Duration timeout) {
        return new CommandPin(command, timeout);
    }
}
