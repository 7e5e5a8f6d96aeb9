package io.github.hsmsigner.core;

import java.security.PublicKey;

/** A message or its digest, with the algorithm to sign it with: the same thing for the signer and for the check that follows. */
final class ToBeSigned {

    private final SignatureAlgorithm algorithm;

    /** Of the two, the one that the scheme signs; the other is null. */
    private final byte[] message;

    private final Digest digest;

    private ToBeSigned(SignatureAlgorithm algorithm, byte[] message, Digest digest) {
        this.algorithm = algorithm;
        this.message = message;
        this.digest = digest;
    }

    static ToBeSigned message(SignatureAlgorithm algorithm, byte[] message) {
        return algorithm.scheme().signsWholeMessage()
                ? new ToBeSigned(algorithm, message, null)
                : digest(algorithm, Digest.compute(algorithm.digestAlgorithm(), message));
    }

    static ToBeSigned digest(SignatureAlgorithm algorithm, Digest digest) {
        return new ToBeSigned(algorithm, null, digest);
    }

    SignatureAlgorithm algorithm() {
        return algorithm;
    }

    byte[] sign(Signer signer, Deadline deadline) {
        return message == null
                ? signer.sign(algorithm, digest, deadline)
                : signer.signMessage(algorithm, message, deadline);
    }

    boolean verify(PublicKey key, byte[] signature) {
        return switch (algorithm.scheme()) {
            case RSA_PKCS1 -> SignatureVerifier.pkcs1(key, digest, signature);
            case RSA_PSS -> SignatureVerifier.pss(key, digest, signature);
            case ECDSA -> SignatureVerifier.ecdsa(key, digest, signature);
            case ED25519 -> SignatureVerifier.ed25519(key, message, signature);
        };
    }
}
