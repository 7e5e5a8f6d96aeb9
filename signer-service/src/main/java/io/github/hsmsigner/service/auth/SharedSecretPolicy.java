package io.github.hsmsigner.service.auth;

import io.github.hsmsigner.core.DigestAlgorithm;
import io.github.hsmsigner.core.PolicyDecision;
import io.github.hsmsigner.core.SigningAttempt;
import io.github.hsmsigner.core.SigningPolicy;
import io.github.hsmsigner.core.SigningToken;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import java.security.MessageDigest;
import java.util.List;
import java.util.Optional;

/** Compares the signing token of a request with the shared secrets. Immutable. */
final class SharedSecretPolicy implements SigningPolicy {

    private final List<HashedSecret> secrets;

    SharedSecretPolicy(List<HashedSecret> secrets) {
        this.secrets = List.copyOf(secrets);
        for (HashedSecret one : this.secrets) {
            for (HashedSecret other : this.secrets) {
                if (one.hasHash(other.hash()) && !one.caller().equals(other.caller())) {
                    throw new InvalidConfigurationException("The callers \"" + one.caller() + "\" and \""
                            + other.caller() + "\" have the same secret. Give each caller a different secret.");
                }
            }
        }
    }

    /** All hashes have the same length, so the time of a comparison does not reveal the length of a secret. */
    static byte[] hash(byte[] bytes) {
        return DigestAlgorithm.SHA256.newMessageDigest().digest(bytes);
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

    record HashedSecret(String caller, byte[] hash) {

        boolean hasHash(byte[] other) {
            return MessageDigest.isEqual(hash, other);
        }
    }
}
