package io.github.hsmsigner.http.auth;

import io.github.hsmsigner.core.SigningPolicy;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Everybody who reaches the service may sign.
 */
public record OpenSettings() implements PolicySettings {

    @Override
    public String kind() {
        return "open";
    }

    @Override
    public SigningPolicy policy(Clock clock) {
        return SigningPolicy.open();
    }

    @Override
    public boolean needsSigningToken() {
        return false;
    }

    @Override
    public Optional<Set<String>> knownCallers() {
        return Optional.of(Set.of());
    }

    @Override
    public boolean choosesAnyKey() {
        return false;
    }

    @Override
    public List<Path> files() {
        return List.of();
    }

    @Override
    public Set<String> keyNames() {
        return Set.of();
    }

    @Override
    public List<String> warnings() {
        return List.of("Everybody who reaches this service may sign: no policy is set.");
    }
}
