package io.github.hsmsigner.service.auth;

import io.github.hsmsigner.core.SigningPolicy;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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
    private final String issuer;
    private final String audience;
    private final String type;
    private final Duration leeway;
    private final Duration maximumAge;
    private final String callerClaim;
    private final String keyClaim;
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
        require(!keys.isEmpty(), "A policy over JSON Web Tokens needs at least one key to check them with.");
        require(!algorithms.isEmpty(), "A policy over JSON Web Tokens needs at least one algorithm.");
        require(
                !leeway.isNegative() && leeway.compareTo(MAX_LEEWAY) <= 0,
                "The leeway for the times in JSON Web Tokens must be 0 to " + MAX_LEEWAY.toSeconds() + " seconds, not "
                        + leeway.toSeconds() + ".");
        require(
                maximumAge == null || maximumAge.compareTo(Duration.ZERO) > 0,
                "The maximum age of JSON Web Tokens must be more than 0 seconds.");
        require(
                maxTokenBytes >= MIN_TOKEN_BYTES && maxTokenBytes <= MAX_TOKEN_BYTES,
                "The longest accepted JSON Web Token must have " + MIN_TOKEN_BYTES + " to " + MAX_TOKEN_BYTES
                        + " bytes, not " + maxTokenBytes + ".");
        require(
                keyClaim != null || keyByClaimValue.isEmpty(),
                "Keys are set for the values of a claim of JSON Web Tokens, but the claim is not set.");
    }

    private static void require(boolean met, String otherwise) {
        if (!met) {
            throw new InvalidConfigurationException(otherwise);
        }
    }

    /**
     * Starts settings.
     *
     * @param keys what tokens are checked with; at least one
     * @return a builder
     */
    public static Builder builder(List<JwtKeySource> keys) {
        return new Builder(keys);
    }

    @Override
    public String kind() {
        return "jwt";
    }

    @Override
    public SigningPolicy policy(Clock clock) {
        return JwtPolicy.of(this, clock);
    }

    @Override
    public boolean needsSigningToken() {
        return true;
    }

    @Override
    public Optional<Set<String>> knownCallers() {
        return Optional.empty();
    }

    @Override
    public boolean choosesAnyKey() {
        return keyClaim != null && keyByClaimValue.isEmpty();
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
        List<String> warnings = new ArrayList<>();
        if (audience == null) {
            warnings.add(
                    "No audience is set for JSON Web Tokens: every token without an audience is accepted that the issuer made"
                            + " for whatever service.");
        }
        return List.copyOf(warnings);
    }

    /**
     * Returns the sources of the keys that verify tokens.
     *
     * @return the sources of keys; unmodifiable
     */
    public List<JwtKeySource> keys() {
        return keys;
    }

    /**
     * Returns the algorithms that tokens may be signed with.
     *
     * @return the algorithms; unmodifiable
     */
    public Set<JwtAlgorithm> algorithms() {
        return algorithms;
    }

    /**
     * Returns the required value of the claim {@code iss}.
     *
     * @return the issuer, or empty if any will do
     */
    public Optional<String> issuer() {
        return Optional.ofNullable(issuer);
    }

    /**
     * Returns the required value of the claim {@code aud}.
     *
     * @return the audience, or empty if the token must not have one
     */
    public Optional<String> audience() {
        return Optional.ofNullable(audience);
    }

    /**
     * Returns the required value of the header {@code typ}.
     *
     * @return the type, or empty if it must be {@code JWT} or absent
     */
    public Optional<String> type() {
        return Optional.ofNullable(type);
    }

    /**
     * By how much the clock of who makes the tokens may differ from ours.
     *
     * @return the time
     */
    public Duration leeway() {
        return leeway;
    }

    /**
     * Returns the maximum age of a token by its claim {@code iat}, independent of its expiry.
     *
     * @return the age, or empty for no limit
     */
    public Optional<Duration> maximumAge() {
        return Optional.ofNullable(maximumAge);
    }

    /**
     * Returns the claim that names the caller.
     *
     * @return the name of the claim
     */
    public String callerClaim() {
        return callerClaim;
    }

    /**
     * Returns the claim that selects the key.
     *
     * @return the name of the claim, or empty if tokens do not choose
     */
    public Optional<String> keyClaim() {
        return Optional.ofNullable(keyClaim);
    }

    /**
     * Returns the keys to use by the value of the claim.
     *
     * @return the names of keys by value; empty where the value is itself the name of the key; unmodifiable
     */
    public Map<String, String> keyByClaimValue() {
        return keyByClaimValue;
    }

    /**
     * Returns how long a token may be.
     *
     * @return the number of bytes
     */
    public int maxTokenBytes() {
        return maxTokenBytes;
    }

    /** Collects the settings. Not thread-safe. */
    public static final class Builder {

        private final List<JwtKeySource> keys;
        private Set<JwtAlgorithm> algorithms = EnumSet.allOf(JwtAlgorithm.class);
        private String issuer;
        private String audience;
        private String type;
        private Duration leeway = Duration.ofSeconds(30);
        private Duration maximumAge;
        private String callerClaim = "sub";
        private String keyClaim;
        private Map<String, String> keyByClaimValue = Map.of();
        private int maxTokenBytes = 16_384;

        private Builder(List<JwtKeySource> keys) {
            this.keys = Objects.requireNonNull(keys, "keys");
        }

        /**
         * Sets the algorithms that tokens may be signed with. Default: all algorithms that the keys are suitable for.
         *
         * @param accepted the algorithms
         * @return this builder
         */
        public Builder algorithms(Set<JwtAlgorithm> accepted) {
            this.algorithms = Objects.requireNonNull(accepted, "accepted");
            return this;
        }

        /**
         * Sets the required value of the claim {@code iss}. Default: the claim is not checked.
         *
         * @param required the issuer
         * @return this builder
         */
        public Builder issuer(String required) {
            this.issuer = Objects.requireNonNull(required, "required");
            return this;
        }

        /**
         * Sets the value that the claim {@code aud} must have or contain. Default: tokens must not have this claim (RFC
         * 7519, section 4.1.3).
         *
         * @param required the name of this service in tokens
         * @return this builder
         */
        public Builder audience(String required) {
            this.audience = Objects.requireNonNull(required, "required");
            return this;
        }

        /**
         * Sets the required value of the header {@code typ}, such as {@code at+jwt}. Default: {@code JWT} or no header.
         * Case is ignored.
         *
         * @param required the type
         * @return this builder
         */
        public Builder type(String required) {
            this.type = Objects.requireNonNull(required, "required");
            return this;
        }

        /**
         * Sets the tolerated difference between the issuer's clock and the service's clock. Default: 30 seconds.
         *
         * @param tolerated the time; 0 to 10 minutes
         * @return this builder
         */
        public Builder leeway(Duration tolerated) {
            this.leeway = Objects.requireNonNull(tolerated, "tolerated");
            return this;
        }

        /**
         * Sets the maximum age of a token, independent of its expiry. The leeway is added. Default: no maximum; the
         * claim {@code iat} may be absent.
         *
         * @param limit the age
         * @return this builder
         */
        public Builder maximumAge(Duration limit) {
            this.maximumAge = Objects.requireNonNull(limit, "limit");
            return this;
        }

        /**
         * Sets the claim that names the caller. Default: {@code sub}. A token must have it.
         *
         * @param claim the name of the claim
         * @return this builder
         */
        public Builder callerClaim(String claim) {
            this.callerClaim = Objects.requireNonNull(claim, "claim");
            return this;
        }

        /**
         * Sets the claim that selects the key. A token must have it then. Default: tokens do not select a key.
         *
         * @param claim the name of the claim
         * @return this builder
         */
        public Builder keyClaim(String claim) {
            this.keyClaim = Objects.requireNonNull(claim, "claim");
            return this;
        }

        /**
         * Sets the keys to use by the value of the claim. Tokens with other values are denied. Default: the value is
         * the name of the key.
         *
         * @param names the names of keys by value
         * @return this builder
         */
        public Builder keyByClaimValue(Map<String, String> names) {
            this.keyByClaimValue = Objects.requireNonNull(names, "names");
            return this;
        }

        /**
         * Sets the maximum length of a token. Default: 16 KiB.
         *
         * @param limit the number of bytes; 256 to 262144
         * @return this builder
         */
        public Builder maxTokenBytes(int limit) {
            this.maxTokenBytes = limit;
            return this;
        }

        /**
         * Builds the settings.
         *
         * @return the settings
         * @throws InvalidConfigurationException if there is no key or algorithm, or a number is outside of its range
         */
        public JwtSettings build() {
            return new JwtSettings(this);
        }
    }
}
