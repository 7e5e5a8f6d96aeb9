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
 *
 * @param keys the sources of the keys that verify tokens; at least one
 * @param algorithms the accepted algorithms; at least one
 * @param issuer the required value of the claim {@code iss}; empty accepts any
 * @param audience the value that the claim {@code aud} must equal or contain; empty denies tokens with an audience
 * @param type the required value of the header {@code typ}, such as {@code at+jwt}; empty accepts {@code JWT} or no
 *     header. Case is ignored
 * @param leeway the tolerated difference between the issuer's clock and the service's clock; 0 to 10 minutes
 * @param maximumAge the maximum age by the claim {@code iat}, plus the leeway; empty for no maximum
 * @param callerClaim the claim that names the caller
 * @param keyClaim the claim that selects the key; empty if tokens do not select a key
 * @param keyByClaimValue the names of keys by the value of that claim. If it is empty, the value is the name of the key
 * @param maxTokenBytes the maximum length of a token; 256 to 262144
 */
public record JwtSettings(
        List<JwtKeySource> keys,
        Set<JwtAlgorithm> algorithms,
        Optional<String> issuer,
        Optional<String> audience,
        Optional<String> type,
        Duration leeway,
        Optional<Duration> maximumAge,
        String callerClaim,
        Optional<String> keyClaim,
        Map<String, String> keyByClaimValue,
        int maxTokenBytes)
        implements PolicySettings {

    private static final Duration MAX_LEEWAY = Duration.ofMinutes(10);
    private static final int MIN_TOKEN_BYTES = 256;
    private static final int MAX_TOKEN_BYTES = 262_144;

    /**
     * Checks the settings.
     *
     * @param keys the sources of the keys that verify tokens; at least one
     * @param algorithms the accepted algorithms; at least one
     * @param issuer the required value of the claim {@code iss}; empty accepts any
     * @param audience the value that the claim {@code aud} must equal or contain; empty denies tokens with an audience
     * @param type the required value of the header {@code typ}; empty accepts {@code JWT} or no header
     * @param leeway the tolerated difference between the clocks; 0 to 10 minutes
     * @param maximumAge the maximum age by the claim {@code iat}; empty for no maximum
     * @param callerClaim the claim that names the caller
     * @param keyClaim the claim that selects the key; empty if tokens do not select a key
     * @param keyByClaimValue the names of keys by the value of that claim
     * @param maxTokenBytes the maximum length of a token; 256 to 262144
     * @throws InvalidConfigurationException if a value is outside its range, or a setting has no effect
     */
    public JwtSettings {
        keys = List.copyOf(keys);
        algorithms = Set.copyOf(algorithms);
        keyByClaimValue = Map.copyOf(keyByClaimValue);
        if (keys.isEmpty() || algorithms.isEmpty()) {
            throw new InvalidConfigurationException(
                    "A policy over JWTs needs at least one key to check them with, and at least one algorithm.");
        }
        if (keyClaim.isEmpty() && !keyByClaimValue.isEmpty()) {
            throw new InvalidConfigurationException(
                    "Keys are set for the values of a claim of JWTs, but the claim is not set.");
        }
        if (leeway.isNegative() || leeway.compareTo(MAX_LEEWAY) > 0) {
            throw new InvalidConfigurationException("The leeway of JWTs must be 0 to 10 minutes, not " + leeway + ".");
        }
        if (maximumAge.filter(age -> age.isNegative() || age.isZero()).isPresent()) {
            throw new InvalidConfigurationException(
                    "The maximum age of JWTs must be positive, not " + maximumAge.get() + ".");
        }
        if (maxTokenBytes < MIN_TOKEN_BYTES || maxTokenBytes > MAX_TOKEN_BYTES) {
            throw new InvalidConfigurationException("The maximum length of a JWT must be " + MIN_TOKEN_BYTES + " to "
                    + MAX_TOKEN_BYTES + " bytes, not " + maxTokenBytes + ".");
        }
    }

    /**
     * Returns settings with the defaults of the service: all algorithms, any issuer, a leeway of 30 s, and tokens of at
     * most 16 KiB. The claim {@code sub} names the caller. Tokens select no key.
     *
     * @param keys the sources of the keys that verify tokens; at least one
     * @param audience the value that the claim {@code aud} must equal or contain
     * @return the settings
     */
    public static JwtSettings of(List<JwtKeySource> keys, String audience) {
        return new JwtSettings(
                keys,
                EnumSet.allOf(JwtAlgorithm.class),
                Optional.empty(),
                Optional.of(audience),
                Optional.empty(),
                Duration.ofSeconds(30),
                Optional.empty(),
                "sub",
                Optional.empty(),
                Map.of(),
                16 * 1024);
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
}
