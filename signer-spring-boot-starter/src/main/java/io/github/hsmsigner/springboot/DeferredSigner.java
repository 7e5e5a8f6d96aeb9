package io.github.hsmsigner.springboot;

import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.Digest;
import io.github.hsmsigner.core.SignatureAlgorithm;
import io.github.hsmsigner.core.Signer;
import java.security.PublicKey;
import java.util.Set;
import java.util.function.Supplier;

/**
 * A key that may not be found yet. Until then, each method throws a
 * {@link io.github.hsmsigner.core.error.SigningUnavailableException} with the reason. Thread-safe.
 */
record DeferredSigner(Supplier<Signer> found) implements Signer {

    @Override
    public PublicKey publicKey() {
        return found.get().publicKey();
    }

    @Override
    public Set<SignatureAlgorithm> algorithms() {
        return found.get().algorithms();
    }

    @Override
    public boolean signsWholeMessage(SignatureAlgorithm algorithm) {
        return found.get().signsWholeMessage(algorithm);
    }

    @Override
    public byte[] sign(SignatureAlgorithm algorithm, Digest digest, Deadline deadline) {
        return found.get().sign(algorithm, digest, deadline);
    }

    @Override
    public byte[] signMessage(SignatureAlgorithm algorithm, byte[] message, Deadline deadline) {
        return found.get().signMessage(algorithm, message, deadline);
    }
}
