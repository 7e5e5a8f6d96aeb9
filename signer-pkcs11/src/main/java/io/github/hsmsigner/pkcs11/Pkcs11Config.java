package io.github.hsmsigner.pkcs11;

import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.pkcs11.health.Pkcs11Listener;
import io.github.hsmsigner.pkcs11.health.RecoverySettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The settings of a token. Immutable; holds the PIN's source, never the PIN. */
public final class Pkcs11Config {

    /**
     * The default maximum number of sessions for signatures on a token. It is enough to keep one HSM busy through a
     * network, and far below the 1,024 that CloudHSM allows an application.
     */
    public static final int DEFAULT_MAXIMUM_POOL_SIZE = 32;

    /** The default number of idle sessions that are kept ready. */
    public static final int DEFAULT_MINIMUM_IDLE = 4;

    /** The default number of sessions that are opened at once. Opening many in a burst has failed on CloudHSM. */
    public static final int DEFAULT_SESSIONS_OPENED_AT_ONCE = 4;

    /** The default time after which an idle session is closed: 10 minutes. */
    public static final Duration DEFAULT_IDLE_TIMEOUT = Duration.ofMinutes(10);

    /** The default time after which an idle session is checked: 20 s. YubiHSM ends a session after 30 s without use. */
    public static final Duration DEFAULT_KEEPALIVE_TIME = Duration.ofSeconds(20);

    /** The default time after which a session is replaced: 30 minutes. */
    public static final Duration DEFAULT_MAX_LIFETIME = Duration.ofMinutes(30);

    private static final Duration PIN_COMMAND_LIMIT = Duration.ofSeconds(10);
    private static final String ENVIRONMENT = "env:";

    private final Path module;
    private final Optional<String> initializeParameters;
    private final PinSource pin;
    private final TokenSelector token;
    private final Optional<VendorProfile> vendorProfile;
    private final int maximumPoolSize;
    private final int sessionsOpenedAtOnce;
    private final int minimumIdle;
    private final Duration idleTimeout;
    private final Duration keepaliveTime;
    private final Duration maxLifetime;
    private final CallingThread callingThread;
    private final boolean loginOnFinalTry;
    private final RecoverySettings recovery;
    private final Pkcs11Listener listener;

    private Pkcs11Config(Builder builder) {
        this.module = builder.module;
        this.initializeParameters = builder.initializeParameters;
        this.pin = builder.pin;
        this.token = builder.token;
        this.vendorProfile = builder.vendorProfile;
        this.maximumPoolSize = builder.maximumPoolSize;
        this.sessionsOpenedAtOnce = builder.sessionsOpenedAtOnce;
        this.minimumIdle = builder.minimumIdle;
        this.idleTimeout = builder.idleTimeout;
        this.keepaliveTime = builder.keepaliveTime;
        this.maxLifetime = builder.maxLifetime;
        this.callingThread = builder.callingThread;
        this.loginOnFinalTry = builder.loginOnFinalTry;
        this.recovery = builder.recovery;
        this.listener = builder.listener;
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
     * Starts a configuration with the module, the token and the source of the PIN that a URI names. Such a URI is
     * {@code pkcs11:token=T?module-path=/usr/lib/module.so&pin-source=/run/secrets/pin}.
     *
     * <p>{@code pin-source} is the path of a file, a {@code file:} URI, or a bar and the path of a command that prints the
     * PIN (RFC 7512, section 2.4). It can also be {@code env:} and the name of an environment variable.
     *
     * @param uri the URI; its attributes of a key do not matter here
     * @return a builder
     * @throws InvalidConfigurationException if the URI has no {@code module-path} or no {@code pin-source}
     */
    public static Builder builder(Pkcs11Uri uri) {
        Path module = uri.modulePath().map(Path::of).orElseThrow(() -> missing("module-path"));
        PinSource pin = uri.pinSource().map(Pkcs11Config::pin).orElseThrow(() -> missing("pin-source"));
        return builder(module).token(TokenSelector.of(uri)).pin(pin);
    }

    private static PinSource pin(String source) {
        if (source.startsWith(ENVIRONMENT)) {
            return PinSource.environment(source.substring(ENVIRONMENT.length()));
        }
        return source.startsWith("|")
                ? PinSource.command(List.of(source.substring(1)), PIN_COMMAND_LIMIT)
                : PinSource.file(Path.of(source.replaceFirst("^file:(//(?=/))?", "")));
    }

    private static InvalidConfigurationException missing(String attribute) {
        return new InvalidConfigurationException("The PKCS#11 URI of a key needs the attribute \"" + attribute
                + "\", as in pkcs11:token=T;object=K?module-path=/usr/lib/module.so&pin-source=/run/secrets/pin.");
    }

    /**
     * Begins a configuration that is like this one.
     *
     * @return a builder
     */
    public Builder toBuilder() {
        Builder builder = new Builder(module);
        builder.initializeParameters = initializeParameters;
        builder.pin = pin;
        builder.token = token;
        builder.vendorProfile = vendorProfile;
        builder.maximumPoolSize = maximumPoolSize;
        builder.sessionsOpenedAtOnce = sessionsOpenedAtOnce;
        builder.minimumIdle = minimumIdle;
        builder.idleTimeout = idleTimeout;
        builder.keepaliveTime = keepaliveTime;
        builder.maxLifetime = maxLifetime;
        builder.callingThread = callingThread;
        builder.loginOnFinalTry = loginOnFinalTry;
        builder.recovery = recovery;
        builder.listener = listener;
        return builder;
    }

    /**
     * Returns the shared library of the PKCS#11 module.
     *
     * @return the file
     */
    public Path module() {
        return module;
    }

    /**
     * Returns the parameters of C_Initialize in addition to the flags.
     *
     * @return the parameters, or empty for none
     */
    public Optional<String> initializeParameters() {
        return initializeParameters;
    }

    /**
     * Returns the source of the PIN.
     *
     * @return the source
     */
    public PinSource pin() {
        return pin;
    }

    /**
     * Returns the selector of the token.
     *
     * @return the selector
     */
    public TokenSelector token() {
        return token;
    }

    /**
     * Returns the rules for the vendor of the HSM.
     *
     * @return the rules, or empty for the rules that follow from C_GetInfo of the module
     */
    public Optional<VendorProfile> vendorProfile() {
        return vendorProfile;
    }

    /**
     * Returns the largest number of sessions.
     *
     * @return the number
     */
    public int maximumPoolSize() {
        return maximumPoolSize;
    }

    /**
     * Returns how many sessions are opened at once.
     *
     * @return the number
     */
    public int sessionsOpenedAtOnce() {
        return sessionsOpenedAtOnce;
    }

    /**
     * Returns the number of idle sessions that are kept ready.
     *
     * @return the number
     */
    public int minimumIdle() {
        return minimumIdle;
    }

    /**
     * Returns the time after which an idle session is closed, if there are more than the minimum.
     *
     * @return the time
     */
    public Duration idleTimeout() {
        return idleTimeout;
    }

    /**
     * Returns the time after which an idle session, and the login, is checked.
     *
     * @return the time
     */
    public Duration keepaliveTime() {
        return keepaliveTime;
    }

    /**
     * Returns the time after which a session is replaced.
     *
     * @return the time
     */
    public Duration maxLifetime() {
        return maxLifetime;
    }

    /**
     * Returns the thread that calls the module for a signature.
     *
     * @return the setting
     */
    public CallingThread callingThread() {
        return callingThread;
    }

    /**
     * Returns whether to log in although one more wrong PIN would lock the user.
     *
     * @return {@code true} to log in all the same
     */
    public boolean loginOnFinalTry() {
        return loginOnFinalTry;
    }

    /**
     * Returns the time limits and retries of the recovery.
     *
     * @return the settings
     */
    public RecoverySettings recovery() {
        return recovery;
    }

    /**
     * Returns the listener for events between this library and the token.
     *
     * @return the listener
     */
    public Pkcs11Listener listener() {
        return listener;
    }

    @Override
    public String toString() {
        return "Pkcs11Config[" + module + ", " + token + "]";
    }

    /** Collects the settings of a {@link Pkcs11Config}. Not safe for use by several threads. */
    public static final class Builder {

        private final Path module;
        private Optional<String> initializeParameters = Optional.empty();
        private @Nullable PinSource pin;
        private TokenSelector token = TokenSelector.any();
        private Optional<VendorProfile> vendorProfile = Optional.empty();
        private int maximumPoolSize = DEFAULT_MAXIMUM_POOL_SIZE;
        private int sessionsOpenedAtOnce = DEFAULT_SESSIONS_OPENED_AT_ONCE;
        private int minimumIdle = DEFAULT_MINIMUM_IDLE;
        private Duration idleTimeout = DEFAULT_IDLE_TIMEOUT;
        private Duration keepaliveTime = DEFAULT_KEEPALIVE_TIME;
        private Duration maxLifetime = DEFAULT_MAX_LIFETIME;
        private CallingThread callingThread = CallingThread.AUTOMATIC;
        private boolean loginOnFinalTry;
        private RecoverySettings recovery = RecoverySettings.defaults();
        private Pkcs11Listener listener = Pkcs11Listener.none();

        private Builder(Path module) {
            this.module = Objects.requireNonNull(module, "module");
        }

        /**
         * Sets the field {@code pReserved} of CK_C_INITIALIZE_ARGS for C_Initialize (PKCS#11 2.40, section 3.7).
         * Default: none. The standard reserves the field, and some modules expect a value: softokn of NSS expects the
         * directory of its database. All tokens that a process opens from one module need the same value.
         *
         * @param initializeParameters the parameters, in the syntax of the module; passed as UTF-8 with a trailing zero
         *     byte
         * @return this builder
         */
        public Builder initializeParameters(String initializeParameters) {
            this.initializeParameters = Optional.of(initializeParameters);
            return this;
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
            this.token = token.withLabel(tokenLabel);
            return this;
        }

        /**
         * Sets the slot of the token; without label and slot, the only token there is.
         *
         * @param slotId the slot id: an unsigned number of 64 bits, the upper half of which is negative in Java
         * @return this builder
         */
        public Builder slotId(long slotId) {
            this.token = token.withSlotId(slotId);
            return this;
        }

        /**
         * Sets the selector of the token, and replaces previous selectors. Default: the only token of the module.
         *
         * @param token the selector
         * @return this builder
         */
        public Builder token(TokenSelector token) {
            this.token = Objects.requireNonNull(token, "token");
            return this;
        }

        /**
         * Sets the rules for the vendor of the HSM. Default: the rules that follow from C_GetInfo of the module.
         *
         * @param vendorProfile the rules
         * @return this builder
         */
        public Builder vendorProfile(VendorProfile vendorProfile) {
            this.vendorProfile = Optional.of(vendorProfile);
            return this;
        }

        /**
         * Sets the largest number of sessions, if the token allows that many. Default: {@value Pkcs11Config#DEFAULT_MAXIMUM_POOL_SIZE}.
         *
         * @param maximumPoolSize the number; at least 1
         * @return this builder
         */
        public Builder maximumPoolSize(int maximumPoolSize) {
            this.maximumPoolSize = maximumPoolSize;
            return this;
        }

        /**
         * Sets how many sessions are opened at once. Default: {@value Pkcs11Config#DEFAULT_SESSIONS_OPENED_AT_ONCE}.
         *
         * @param sessionsOpenedAtOnce the number; at least 1
         * @return this builder
         */
        public Builder sessionsOpenedAtOnce(int sessionsOpenedAtOnce) {
            this.sessionsOpenedAtOnce = sessionsOpenedAtOnce;
            return this;
        }

        /**
         * Sets the number of idle sessions that are kept ready. Default: {@value Pkcs11Config#DEFAULT_MINIMUM_IDLE}.
         *
         * @param minimumIdle the number; not negative
         * @return this builder
         */
        public Builder minimumIdle(int minimumIdle) {
            this.minimumIdle = minimumIdle;
            return this;
        }

        /**
         * Sets the time after which an idle session, and the login if no signature is made, is checked. Default: 20 s, because YubiHSM
         * ends a session after 30 s without use.
         *
         * @param keepaliveTime the time; positive
         * @return this builder
         */
        public Builder keepaliveTime(Duration keepaliveTime) {
            this.keepaliveTime = Objects.requireNonNull(keepaliveTime, "keepaliveTime");
            return this;
        }

        /**
         * Sets the time after which a session is replaced. Default: 30 minutes.
         *
         * @param maxLifetime the time; positive
         * @return this builder
         */
        public Builder maxLifetime(Duration maxLifetime) {
            this.maxLifetime = Objects.requireNonNull(maxLifetime, "maxLifetime");
            return this;
        }

        /**
         * Sets the time after which an idle session is closed, if there are more than the minimum. Default: 10 minutes.
         *
         * @param idleTimeout the time; positive
         * @return this builder
         */
        public Builder idleTimeout(Duration idleTimeout) {
            this.idleTimeout = Objects.requireNonNull(idleTimeout, "idleTimeout");
            return this;
        }

        /**
         * Sets the thread that calls the module for a signature. Default: {@link CallingThread#AUTOMATIC}.
         *
         * @param callingThread the setting
         * @return this builder
         */
        public Builder callingThread(CallingThread callingThread) {
            this.callingThread = Objects.requireNonNull(callingThread, "callingThread");
            return this;
        }

        /**
         * Sets whether to log in although the token reports that one more wrong PIN would lock the user. Default:
         * {@code false}.
         *
         * @param loginOnFinalTry {@code true} to log in even then
         * @return this builder
         */
        public Builder loginOnFinalTry(boolean loginOnFinalTry) {
            this.loginOnFinalTry = loginOnFinalTry;
            return this;
        }

        /**
         * Sets the time limits and retries of the recovery. Default: {@link RecoverySettings#defaults}.
         *
         * @param recovery the settings
         * @return this builder
         */
        public Builder recovery(RecoverySettings recovery) {
            this.recovery = Objects.requireNonNull(recovery, "recovery");
            return this;
        }

        /**
         * Sets the listener for events between this library and the token. Default: none.
         *
         * @param listener the listener
         * @return this builder
         */
        public Builder listener(Pkcs11Listener listener) {
            this.listener = Objects.requireNonNull(listener, "listener");
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
            if (initializeParameters.filter(p -> p.indexOf('\0') >= 0).isPresent()) {
                throw new InvalidConfigurationException(
                        "The parameters for C_Initialize contain a zero character, where the module would end them.");
            }
            if (maximumPoolSize < 1) {
                throw new InvalidConfigurationException(
                        "The number of sessions must be at least 1, not " + maximumPoolSize + ".");
            }
            if (sessionsOpenedAtOnce < 1) {
                throw new InvalidConfigurationException(
                        "The number of sessions opened at once must be at least 1, not " + sessionsOpenedAtOnce + ".");
            }
            if (minimumIdle < 0) {
                throw new InvalidConfigurationException(
                        "The minimum of idle sessions must not be negative, but is " + minimumIdle + ".");
            }
            requirePositive("idle timeout", idleTimeout);
            requirePositive("keepalive time", keepaliveTime);
            requirePositive("longest lifetime", maxLifetime);
            return new Pkcs11Config(this);
        }

        private static void requirePositive(String what, Duration value) {
            if (value.isNegative() || value.isZero()) {
                throw new InvalidConfigurationException(
                        "The " + what + " of sessions must be positive, but is " + value + ".");
            }
        }
    }
}
