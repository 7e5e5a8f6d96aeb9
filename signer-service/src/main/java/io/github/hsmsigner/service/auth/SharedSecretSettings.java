package io.github.hsmsigner.service.auth;

import io.github.hsmsigner.core.SigningPolicy;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The signing token must be one of some secrets. To replace a secret, add the new one, have the callers change, then
 * remove the old one. Immutable.
 *
 * @param secrets the secrets; at least one
 */
public record SharedSecretSettings(List<SharedSecret> secrets) implements PolicySettings {

    /**
     * Checks that there is a secret.
     *
     * @param secrets the secrets; at least one
     * @throws InvalidConfigurationException if there is none
     */
    public SharedSecretSettings {
        secrets = List.copyOf(secrets);
        if (secrets.isEmpty()) {
            throw new InvalidConfigurationException("A policy over shared secrets needs at least one secret.");
        }
    }

    @Override
    public String kind() {
        return "shared_secret";
    }

    @Override
    public SigningPolicy policy(Clock clock) {
        return SharedSecretPolicy.of(this);
    }

    @Override
    public boolean needsSigningToken() {
        return true;
    }

    @Override
    public Optional<Set<String>> knownCallers() {
        return Optional.of(secrets.stream().map(SharedSecret::caller).collect(Collectors.toUnmodifiableSet()));
    }

    @Override
    public boolean choosesAnyKey() {
        return false;
    }

    @Override
    public List<Path> files() {
        return secrets.stream()
                .map(entry -> entry.secret().file())
                .flatMap(Optional::stream)
                .toList();
    }

    @Override
    public List<Path> secretFiles() {
        return files();
    }

    @Override
    public Set<String> keyNames() {
        return Set.of();
    }

    @Override
    public List<String> warnings() {
        return List.of();
    }
}
