package io.github.hsmsigner.access;

import io.github.hsmsigner.core.DigestAlgorithm;
import io.github.hsmsigner.core.PolicyDecision;
import io.github.hsmsigner.core.SigningAttempt;
import io.github.hsmsigner.core.SigningPolicy;
import io.github.hsmsigner.core.SigningToken;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import java.nio.file.Path;
import java.security.MessageDigest;
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

    /**
     * Checks that there is a secret.
     *
     * @param secrets the secrets; at least one
     * @throws InvalidConfigurationException if the list is empty
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
        return new Policy(secrets.stream().map(SharedSecret::hashed).toList());
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

        /**
         * Checks the name.
         *
         * @param caller the name of the caller in logs
         * @param secret at least 16 bytes, equal to the signing token in each byte
         * @throws InvalidConfigurationException if the name is not valid
         */
        public SharedSecret {
            CallerName.check(caller);
            Objects.requireNonNull(secret, "secret");
        }

        private HashedSecret hashed() {
            byte[] bytes = secret.read();
            try {
                if (bytes.length < MIN_BYTES) {
                    throw new InvalidConfigurationException("The secret of caller \"" + caller + "\""
                            + secret.file().map(file -> " in " + file).orElse("") + " has " + bytes.length
                            + " bytes; it needs at least " + MIN_BYTES + ". Make one with: openssl rand -base64 32");
                }
                return new HashedSecret(caller, hash(bytes));
            } finally {
                Arrays.fill(bytes, (byte) 0);
            }
        }
    }

    /** All hashes have the same length, so the time of a comparison does not reveal the length of a secret. */
    private static byte[] hash(byte[] bytes) {
        return DigestAlgorithm.SHA256.newMessageDigest().digest(bytes);
    }

    private record HashedSecret(String caller, byte[] hash) {

        boolean hasHash(byte[] other) {
            return MessageDigest.isEqual(hash, other);
        }
    }

    /** Compares the signing token of a request with the shared secrets. */
    private record Policy(List<HashedSecret> secrets) implements SigningPolicy {

        Policy {
            for (HashedSecret one : secrets) {
                for (HashedSecret other : secrets) {
                    if (one.hasHash(other.hash()) && !one.caller().equals(other.caller())) {
                        throw new InvalidConfigurationException("The callers \"" + one.caller() + "\" and \""
                                + other.caller() + "\" have the same secret. Give each caller a different secret.");
                    }
                }
            }
        }

        @Override
        public PolicyDecision decide(SigningAttempt attempt) {
            Optional<SigningToken> token = attempt.context().signingToken();
            if (token.isEmpty()) {
                return PolicyDecision.deny("The request has no signing token.");
            }
            byte[] presented = hash(token.get().octets());
            String caller = null;
            // The loop does not end early, so its time does not reveal which secret is equal.
            for (HashedSecret secret : secrets) {
                if (secret.hasHash(presented)) {
                    caller = secret.caller();
                }
            }
            return caller == null
                    ? PolicyDecision.deny("The signing token is none of the shared secrets.")
                    : PolicyDecision.allow(caller);
        }
    }
}
