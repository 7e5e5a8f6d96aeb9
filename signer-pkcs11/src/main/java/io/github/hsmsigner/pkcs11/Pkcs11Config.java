package io.github.hsmsigner.pkcs11;

import io.github.hsmsigner.core.error.InvalidConfigurationException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * How to reach a token. Immutable; holds the PIN's source, never the PIN.
 */
public final class Pkcs11Config {

    /**
     * How many sessions a token's keys are used in at once, unless set: enough to keep one HSM busy through a network, and far
     * below the 1,024 that CloudHSM allows an application.
     */
    public static final int DEFAULT_MAX_SESSIONS = 32;

    private final Path module;
    private final PinSource pin;
    private final Optional<String> tokenLabel;
    private final OptionalLong slotId;
    private final int maxSessions;

    private Pkcs11Config(Builder builder) {
        this.module = builder.module;
        this.pin = builder.pin;
        this.tokenLabel = Optional.ofNullable(builder.tokenLabel);
        this.slotId = builder.slotId;
        this.maxSessions = builder.maxSessions;
    }

    /**
     * Starts a configuration.
     *
     * @param module the shared library of the PKCS#11 module
     * @return a builder
     */
    public static Builder builder(Path module) {
        return new Builder(module);
    }

    /**
     * The shared library of the PKCS#11 module.
     *
     * @return the file
     */
    public Path module() {
        return module;
    }

    /**
     * Where the PIN comes from.
     *
     * @return the source
     */
    public PinSource pin() {
        return pin;
    }

    /**
     * The label of the token.
     *
     * @return the label, or empty for any
     */
    public Optional<String> tokenLabel() {
        return tokenLabel;
    }

    /**
     * The slot of the token.
     *
     * @return the slot id, or empty for any
     */
    public OptionalLong slotId() {
        return slotId;
    }

    /**
     * How many sessions the token's keys are used in at once.
     *
     * @return the number
     */
    public int maxSessions() {
        return maxSessions;
    }

    @Override
    public String toString() {
        return "Pkcs11Config[" + module + ", " + tokenDescription() + "]";
    }

    String tokenDescription() {
        if (tokenLabel.isEmpty() && slotId.isEmpty()) {
            return "any token";
        }
        return "the token"
                + tokenLabel.map(l -> " with label \"" + l + "\"").orElse("")
                + (tokenLabel.isPresent() && slotId.isPresent() ? " and" : "")
                + (slotId.isPresent() ? " in slot " + slotId.getAsLong() : "");
    }

    /** Collects the settings of a {@link Pkcs11Config}. Not safe for use by several threads. */
    public static final class Builder {

        private final Path module;
        private PinSource pin;
        private String tokenLabel;
        private OptionalLong slotId = OptionalLong.empty();
        private int maxSessions = DEFAULT_MAX_SESSIONS;

        private Builder(Path module) {
            this.module = Objects.requireNonNull(module, "module");
        }

        /**
         * Sets where the PIN comes from. Required.
         *
         * @param pin the source
         * @return this builder
         */
        public Builder pin(PinSource pin) {
            this.pin = Objects.requireNonNull(pin, "pin");
            return this;
        }

        /**
         * Sets the label of the token; without label and slot, the only token there is.
         *
         * @param tokenLabel the label
         * @return this builder
         */
        public Builder tokenLabel(String tokenLabel) {
            this.tokenLabel = Objects.requireNonNull(tokenLabel, "tokenLabel");
            return this;
        }

        /**
         * Sets the slot of the token; without label and slot, the only token there is.
         *
         * @param slotId the slot id
         * @return this builder
         */
        public Builder slotId(long slotId) {
            this.slotId = OptionalLong.of(slotId);
            return this;
        }

        /**
         * Sets how many sessions the token's keys are used in at once; {@value Pkcs11Config#DEFAULT_MAX_SESSIONS}, without it, or what the
         * token allows where that is less.
         *
         * @param maxSessions the number; at least 1
         * @return this builder
         */
        public Builder maxSessions(int maxSessions) {
            this.maxSessions = maxSessions;
            return this;
        }

        /**
         * Builds the configuration.
         *
         * @return the configuration
         * @throws InvalidConfigurationException if a required setting is missing or a number is out of range
         */
        public Pkcs11Config build() {
            if (pin == null) {
                throw new InvalidConfigurationException("The PIN of the token is missing.");
            }
            if (maxSessions < 1) {
                throw new InvalidConfigurationException(
                        "The number of sessions must be at least 1, not " + maxSessions + ".");
            }
            return new Pkcs11Config(this);
        }
    }
}
