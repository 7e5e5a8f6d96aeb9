package io.github.hsmsigner.pkcs11;

import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.core.error.SigningUnavailableException;
import io.github.hsmsigner.core.internal.secret.SecretText;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * Where the PIN comes from, asked anew for each login. After a token refused a PIN, the source is asked from time to time, and there
 * is another login once it gives another PIN.
 *
 * <p>Implementations are safe for use by any number of threads at once and do not show the PIN when printed.
 */
@FunctionalInterface
public interface PinSource {

    /**
     * The PIN, exactly as C_Login is to get it; for CloudHSM {@code user:password}.
     *
     * @return a copy that the caller wipes after use
     * @throws SigningUnavailableException if the source has none; not {@code retryable()}, as a person must mend it
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
     * A PIN that is known from the start. It goes to the token unchanged.
     *
     * @param pin the PIN; copied
     * @return the source
     */
    static PinSource fixed(char[] pin) {
        return fixed(pin, "a fixed value of the program");
    }

    /**
     * A PIN that is known from the start, with the name of its source.
     *
     * @param pin the PIN; copied
     * @param description the name of the source in messages, such as that of a setting
     * @return the source
     */
    static PinSource fixed(char[] pin, String description) {
        return new FixedPin(pin, description);
    }

    /**
     * A PIN in a file, which is read anew for each login, so that it can be changed without a restart.
     *
     * @param file the file; its content in UTF-8 is the PIN, decoded as by {@link SecretText#decode}
     * @return the source
     */
    static PinSource file(Path file) {
        return new FilePin(file);
    }

    /**
     * A PIN in a variable of the environment, decoded as by {@link SecretText#of}.
     *
     * @param variable the name of the variable
     * @return the source
     */
    static PinSource environment(String variable) {
        return new EnvironmentPin(variable);
    }

    /**
     * A PIN that a program prints, which is run anew for each login.
     *
     * @param command the program and its arguments; no shell reads them
     * @param timeout the longest time to wait for its end
     * @return the source; what the program prints in UTF-8 is the PIN, decoded as by {@link SecretText#decode}
     * @throws InvalidConfigurationException if the charset of the locale cannot encode the command, so that the program would get
     *     other text
     */
    static PinSource command(List<String> command, Duration timeout) {
        return new CommandPin(command, timeout);
    }
}
