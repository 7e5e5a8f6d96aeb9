package io.github.hsmsigner.access;

import io.github.hsmsigner.core.SigningPolicy;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The signing token is a JSON Web Token (RFC 7519), signed (RFC 7515) and in compact serialization. It must have an
 * expiry. Immutable.
 */
public final class JwtSettings implements PolicySettings {

    private static final Duration MAX_LEEWAY = Duration.ofMinutes(10);
    private static final int MIN_TOKEN_BYTES = 256;
    private static final int MAX_TOKEN_BYTES = 262_144;

    private final List<JwtKeySource> keys;
    private final Set<JwtAlgorithm> algorithms;
    private final Optional<String> issuer;
    private final Optional<String> audience;
    private final Optional<String> type;
    private final Duration leeway;
    private final Optional<Duration> maximumAge;
    private final String callerClaim;
    private final Optional<String> keyClaim;
    private final Map<String, String> keyByClaimValue;
    private final int maxTokenBytes;

    private JwtSettings(Builder builder) {
        this.keys = List.copyOf(builder.keys);
        this.algorithms = Set.copyOf(builder.algorithms);
        this.issuer = builder.issuer;
        this.audience = builder.audience;
        this.type = builder.type;
        this.leeway = builder.leeway;
        this.maximumAge = builder.maximumAge;
        this.callerClaim = builder.callerClaim;
        this.keyClaim = builder.keyClaim;
        this.keyByClaimValue = Map.copyOf(builder.keyByClaimValue);
        this.maxTokenBytes = builder.maxTokenBytes;
    }

    /**
     * Returns a builder of settings with the defaults of the service.
     *
     * @param keys the sources of the keys that verify tokens; at least one
     * @return the builder
     */
    public static Builder builder(List<JwtKeySource> keys) {
        return new Builder(keys);
    }

    /** {@return the sources of the keys that verify tokens; at least one; unmodifiable} */
    public List<JwtKeySource> keys() {
        return keys;
    }

    /** {@return the accepted algorithms; at least one; unmodifiable} */
    public Set<JwtAlgorithm> algorithms() {
        return algorithms;
    }

    /** {@return the required value of the claim {@code iss}; empty accepts any} */
    public Optional<String> issuer() {
        return issuer;
    }

    /** {@return the value that the claim {@code aud} must equal or contain; empty denies tokens with an audience} */
    public Optional<String> audience() {
        return audience;
    }

    /** {@return the required value of the header {@code typ}; empty accepts {@code JWT} or no header} */
    public Optional<String> type() {
        return type;
    }

    /** {@return the tolerated difference between the clocks of the issuer and the service} */
    public Duration leeway() {
        return leeway;
    }

    /** {@return the maximum age by the claim {@code iat}, plus the leeway; empty for no maximum} */
    public Optional<Duration> maximumAge() {
        return maximumAge;
    }

    /** {@return the claim that names the caller} */
    public String callerClaim() {
        return callerClaim;
    }

    /** {@return the claim that selects the key; empty if tokens do not select a key} */
    public Optional<String> keyClaim() {
        return keyClaim;
    }

    /**
     * {@return the names of keys by the value of that claim; unmodifiable. If it is empty, the value is the name of
     * the key}
     */
    public Map<String, String> keyByClaimValue() {
        return keyByClaimValue;
    }

    /** {@return the maximum length of a token} */
    public int maxTokenBytes() {
        return maxTokenBytes;
    }

    @Override
    public String kind() {
        return "jwt";
    }

    @Override
    public SigningPolicy policy(Clock clock) {
        return new JwtPolicy(this, clock);
    }

    @Override
    public Optional<Set<String>> knownCallers() {
        return Optional.empty();
    }

    @Override
    public boolean selectsAnyKey() {
        return keyClaim.isPresent() && keyByClaimValue.isEmpty();
    }

    @Override
    public List<Path> files() {
        return keys.stream().map(JwtKeySource::file).flatMap(Optional::stream).toList();
    }

    @Override
    public List<Path> secretFiles() {
        return keys.stream()
                .filter(JwtKeySource::hasSecret)
                .map(JwtKeySource::file)
                .flatMap(Optional::stream)
                .toList();
    }

    @Override
    public Set<String> keyNames() {
        return Set.copyOf(keyByClaimValue.values());
    }

    @Override
    public List<String> warnings() {
        return audience.isPresent()
                ? List.of()
                : List.of(
                        "No audience is set for JWTs: every JWT without an audience is accepted that the issuer made for"
                                + " whatever service.");
    }

    private List<Object> values() {
        return List.of(
                keys,
                algorithms,
                issuer,
                audience,
                type,
                leeway,
                maximumAge,
                callerClaim,
                keyClaim,
                keyByClaimValue,
                maxTokenBytes);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof JwtSettings that && values().equals(that.values());
    }

    @Override
    public int hashCode() {
        return values().hashCode();
    }

    @Override
    public String toString() {
        return "JwtSettings" + values();
    }

    /** Builds settings. Not thread-safe. */
    public static final class Builder {

        private final List<JwtKeySource> keys;
        private Set<JwtAlgorithm> algorithms = EnumSet.allOf(JwtAlgorithm.class);
        private Optional<String> issuer = Optional.empty();
        private Optional<String> audience = Optional.empty();
        private Optional<String> type = Optional.empty();
        private Duration leeway = Duration.ofSeconds(30);
        private Optional<Duration> maximumAge = Optional.empty();
        private String callerClaim = "sub";
        private Optional<String> keyClaim = Optional.empty();
        private Map<String, String> keyByClaimValue = Map.of();
        private int maxTokenBytes = 16 * 1024;

        private Builder(List<JwtKeySource> keys) {
            this.keys = keys;
        }

        /**
         * Sets the accepted algorithms. Default: all.
         *
         * @param accepted the algorithms; at least one
         * @return this builder
         */
        public Builder algorithms(Set<JwtAlgorithm> accepted) {
            this.algorithms = accepted;
            return this;
        }

        /**
         * Sets the required value of the claim {@code iss}. Default: any.
         *
         * @param required the value
         * @return this builder
         */
        public Builder issuer(String required) {
            this.issuer = Optional.of(required);
            return this;
        }

        /**
         * Sets the value that the claim {@code aud} must equal or contain. Set it, because otherwise tokens for other services
         * are accepted if they have no audience. Default: none, which denies tokens with an audience.
         *
         * @param required the value
         * @return this builder
         */
        public Builder audience(String required) {
            this.audience = Optional.of(required);
            return this;
        }

        /**
         * Sets the required value of the header {@code typ}, such as {@code at+jwt}. Case is ignored. Default: {@code JWT} or
         * no header.
         *
         * @param required the value
         * @return this builder
         */
        public Builder type(String required) {
            this.type = Optional.of(required);
            return this;
        }

        /**
         * Sets the tolerated difference between the clocks of the issuer and the service. Default: 30 s.
         *
         * @param tolerated the difference; 0 to 10 minutes
         * @return this builder
         */
        public Builder leeway(Duration tolerated) {
            this.leeway = tolerated;
            return this;
        }

        /**
         * Sets the maximum age by the claim {@code iat}, plus the leeway. Default: no maximum.
         *
         * @param limit the age; positive
         * @return this builder
         */
        public Builder maximumAge(Duration limit) {
            this.maximumAge = Optional.of(limit);
            return this;
        }

        /**
         * Sets the claim that names the caller. Default: {@code sub}.
         *
         * @param claim the name of the claim
         * @return this builder
         */
        public Builder callerClaim(String claim) {
            this.callerClaim = claim;
            return this;
        }

        /**
         * Sets the claim that selects the key. Default: tokens do not select a key.
         *
         * @param claim the name of the claim
         * @return this builder
         */
        public Builder keyClaim(String claim) {
            this.keyClaim = Optional.of(claim);
            return this;
        }

        /**
         * Sets the names of keys by the value of that claim. Default: the value is the name of the key.
         *
         * @param names the names of keys by values
         * @return this builder
         */
        public Builder keyByClaimValue(Map<String, String> names) {
            this.keyByClaimValue = names;
            return this;
        }

        /**
         * Sets the maximum length of a token. Default: 16 KiB.
         *
         * @param bytes the length in bytes; 256 to 262144
         * @return this builder
         */
        public Builder maxTokenBytes(int bytes) {
            this.maxTokenBytes = bytes;
            return this;
        }

        /**
         * Builds the settings.
         *
         * @return the settings
         * @throws InvalidConfigurationException if a value is outside its range, or a setting has no effect
         */
        public JwtSettings build() {
            if (keys.isEmpty() || algorithms.isEmpty()) {
                throw new InvalidConfigurationException(
                        "A policy over JWTs needs at least one key to check them with, and at least one algorithm.");
            }
            if (keyClaim.isEmpty() && !keyByClaimValue.isEmpty()) {
                throw new InvalidConfigurationException(
                        "Keys are set for the values of a claim of JWTs, but the claim is not set.");
            }
            if (leeway.isNegative() || leeway.compareTo(MAX_LEEWAY) > 0) {
                throw new InvalidConfigurationException(
                        "The leeway of JWTs must be 0 to 10 minutes, not " + leeway + ".");
            }
            if (maximumAge.filter(age -> age.isNegative() || age.isZero()).isPresent()) {
                throw new InvalidConfigurationException(
                        "The maximum age of JWTs must be positive, not " + maximumAge.get() + ".");
            }
            if (maxTokenBytes < MIN_TOKEN_BYTES || maxTokenBytes > MAX_TOKEN_BYTES) {
                throw new InvalidConfigurationException("The maximum length of a JWT must be " + MIN_TOKEN_BYTES
                        + " to " + MAX_TOKEN_BYTES + " bytes, not " + maxTokenBytes + ".");
            }
            return new JwtSettings(this);
        }
    }
}
