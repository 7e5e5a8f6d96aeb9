package io.github.hsmsigner.core;

import java.security.PublicKey;
import org.jspecify.annotations.Nullable;

/** A message or its digest, with the algorithm to sign it with: the same thing for the signer and for the check that follows. */
final class ToBeSigned {

    private final SignatureAlgorithm algorithm;

    /** Null where it is not known, or its digest will do. */
    private final byte @Nullable [] message;

    /** Null where the scheme signs whole messages. */
    private final @Nullable Digest digest;

    private ToBeSigned(SignatureAlgorithm algorithm, byte @Nullable [] message, @Nullable Digest digest) {
        this.algorithm = algorithm;
        this.message = message;
        this.digest = digest;
    }

    static ToBeSigned message(SignatureAlgorithm algorithm, byte[] message) {
        Digest digest =
                algorithm.scheme().signsWholeMessage() ? null : Digest.compute(algorithm.digestAlgorithm(), message);
        return new ToBeSigned(algorithm, message, digest);
    }

    /**
     * Returns the same for one signer. Omits the message, which may be long, while the signature waits, if the digest
     * is enough.
     */
    static ToBeSigned messageFor(Signer signer, SignatureAlgorithm algorithm, byte[] message) {
        ToBeSigned all = message(algorithm, message);
        return signer.signsWholeMessage(algorithm) ? all : digest(algorithm, all.digest);
    }

    static ToBeSigned digest(SignatureAlgorithm algorithm, Digest digest) {
        return new ToBeSigned(algorithm, null, digest);
    }

    SignatureAlgorithm algorithm() {
        return algorithm;
    }

    byte[] sign(Signer signer, Deadline deadline) {
        return message != null && signer.signsWholeMessage(algorithm)
                ? signer.signMessage(algorithm, message, deadline)
                : signer.sign(algorithm, digest, deadline);
    }

    boolean verify(PublicKey key, byte[] signature, SignatureScheme.Verifier verifier) {
        return verifier.verify(key, algorithm.digestAlgorithm(), digest == null ? message : digest.bytes(), signature);
    }
}
