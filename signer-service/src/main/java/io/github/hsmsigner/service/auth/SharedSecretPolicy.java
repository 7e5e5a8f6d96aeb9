package io.github.hsmsigner.service.auth;

import io.github.hsmsigner.core.DigestAlgorithm;
import io.github.hsmsigner.core.PolicyDecision;
import io.github.hsmsigner.core.SigningAttempt;
import io.github.hsmsigner.core.SigningPolicy;
import io.github.hsmsigner.core.SigningToken;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The signing token is one of some secrets. */
final class SharedSecretPolicy implements SigningPolicy {

    private static final int MIN_OCTETS = 16;

    private final List<Entry> entries;

    private SharedSecretPolicy(List<Entry> entries) {
        this.entries = List.copyOf(entries);
    }

    static SharedSecretPolicy of(SharedSecretSettings settings) {
        List<Entry> entries = new ArrayList<>();
        for (SharedSecret secret : settings.secrets()) {
            Entry entry = new Entry(secret.caller(), hashOf(secret));
            for (Entry other : entries) {
                if (MessageDigest.isEqual(entry.hash(), other.hash())
                        && !entry.caller().equals(other.caller())) {
                    throw new InvalidConfigurationException("The callers \"" + other.caller() + "\" and \""
                            + entry.caller() + "\" have the same secret. Give each caller a different secret.");
                }
            }
            entries.add(entry);
        }
        return new SharedSecretPolicy(entries);
    }

    private static byte[] hashOf(SharedSecret secret) {
        byte[] octets = secret.secret().read();
        try {
            if (octets.length < MIN_OCTETS) {
                throw new InvalidConfigurationException("The secret of caller \"" + secret.caller() + "\""
                        + secret.secret().file().map(file -> " in " + file).orElse("") + " has " + octets.length
                        + " bytes; it needs at least " + MIN_OCTETS + ". Make one with: openssl rand -base64 32");
            }
            return hash(octets);
        } finally {
            Arrays.fill(octets, (byte) 0);
        }
    }

    /** All hashes have the same length, so that the time of a comparison does not reveal the length of a secret. */
    private static byte[] hash(byte[] octets) {
        return DigestAlgorithm.SHA256.newMessageDigest().digest(octets);
    }

    @Override
    public PolicyDecision decide(SigningAttempt attempt) {
        Optional<SigningToken> token = attempt.context().signingToken();
        if (token.isEmpty()) {
            return PolicyDecision.deny("The request has no signing token.");
        }
        byte[] presented = hash(token.get().octets());
        String caller = null;
        // Without an early end: the time is the same whichever secret it is.
        for (Entry entry : entries) {
            if (MessageDigest.isEqual(entry.hash(), presented)) {
                caller = entry.caller();
            }
        }
        return caller == null
                ? PolicyDecision.deny("The signing token is none of the shared secrets.")
                : PolicyDecision.allow(caller);
    }

    private record Entry(String caller, byte[] hash) {}
}
