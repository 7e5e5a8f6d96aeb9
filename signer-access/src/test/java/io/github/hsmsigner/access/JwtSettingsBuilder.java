package io.github.hsmsigner.access;

import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Settings of which a test names only some; the others have the defaults of docs/reference/configuration.md. */
final class JwtSettingsBuilder {

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

    private JwtSettingsBuilder(List<JwtKeySource> keys) {
        this.keys = keys;
    }

    static JwtSettingsBuilder jwt(List<JwtKeySource> keys) {
        return new JwtSettingsBuilder(keys);
    }

    JwtSettingsBuilder algorithms(Set<JwtAlgorithm> accepted) {
        this.algorithms = accepted;
        return this;
    }

    JwtSettingsBuilder issuer(String required) {
        this.issuer = Optional.of(required);
        return this;
    }

    JwtSettingsBuilder audience(String required) {
        this.audience = Optional.of(required);
        return this;
    }

    JwtSettingsBuilder type(String required) {
        this.type = Optional.of(required);
        return this;
    }

    JwtSettingsBuilder leeway(Duration tolerated) {
        this.leeway = tolerated;
        return this;
    }

    JwtSettingsBuilder maximumAge(Duration limit) {
        this.maximumAge = Optional.of(limit);
        return this;
    }

    JwtSettingsBuilder callerClaim(String claim) {
        this.callerClaim = claim;
        return this;
    }

    JwtSettingsBuilder keyClaim(String claim) {
        this.keyClaim = Optional.of(claim);
        return this;
    }

    JwtSettingsBuilder keyByClaimValue(Map<String, String> names) {
        this.keyByClaimValue = names;
        return this;
    }

    JwtSettingsBuilder maxTokenBytes(int limit) {
        this.maxTokenBytes = limit;
        return this;
    }

    JwtSettings build() {
        return new JwtSettings(
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
}
