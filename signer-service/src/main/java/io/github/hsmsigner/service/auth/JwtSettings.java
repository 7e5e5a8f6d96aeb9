package io.github.hsmsigner.service.auth;

import io.github.hsmsigner.core.SigningPolicy;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The signing token is a JSON Web Token (RFC 7519), signed (RFC 7515) and in compact serialization. It must have an
 * expiry. Immutable.
 *
 * @param keys the sources of the keys that verify tokens; at least one
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
