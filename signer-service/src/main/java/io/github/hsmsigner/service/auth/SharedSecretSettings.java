package io.github.hsmsigner.service.auth;

import io.github.hsmsigner.core.SigningPolicy;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.service.secret.Secret;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The signing token must be one of the listed secrets. To replace a secret, add the new one, let the callers change,
 * then remove the old one. Immutable.
 *
 * @param secrets the secrets; at least one
 */
public record SharedSecretSettings(List<SharedSecret> secrets) implements PolicySettings {

    private static final int MIN_BYTES = 16;

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
        return new SharedSecretPolicy(secrets.stream().map(SharedSecret::hashed).toList());
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

    /**
     * A secret and the caller that knows it.
     *
     * @param caller the name of the caller in logs; several secrets may have the same
     * @param secret at least 16 bytes, equal to the signing token in each byte
     */
    public record SharedSecret(String caller, Secret secret) {

        public SharedSecret {
            CallerName.check(caller);
            Objects.requireNonNull(secret, "secret");
        }

        private SharedSecretPolicy.HashedSecret hashed() {
            byte[] bytes = secret.read();
            try {
                if (bytes.length < MIN_BYTES) {
                    throw new InvalidConfigurationException("The secret of caller \"" + caller + "\""
                            + secret.file().map(file -> " in " + file).orElse("") + " has " + bytes.length
                            + " bytes; it needs at least " + MIN_BYTES + ". Make one with: openssl rand -base64 32");
                }
                return new SharedSecretPolicy.HashedSecret(caller, SharedSecretPolicy.hash(bytes));
            } finally {
                Arrays.fill(bytes, (byte) 0);
            }
        }
    }
}
