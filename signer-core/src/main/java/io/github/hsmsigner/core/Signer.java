package io.github.hsmsigner.core;

import io.github.hsmsigner.core.error.SigningUnavailableException;
import io.github.hsmsigner.core.error.UnsupportedRequestException;
import java.security.PublicKey;
import java.util.Set;

/**
 * One private key that can sign digests, wherever it lives.
 *
 * <p>Implementations are thread-safe.
 */
public interface Signer {

    /**
     * Returns the public half of the key.
     *
     * @return the public key
     */
    PublicKey publicKey();

    /**
     * Returns the algorithms that this key can sign with.
     *
     * @return the algorithms; never empty, never changing
     */
    Set<SignatureAlgorithm> algorithms();

    /**
     * Returns whether this key needs the message itself to sign with an algorithm, because its digest is not enough.
     * Schemes that sign whole messages always do. Other schemes do if the holder of the key computes the hash itself.
     * {@link #signMessage} works in both cases.
     *
     * @param algorithm one of {@link #algorithms()}
     * @return {@code true} if {@link #sign} refuses the algorithm
     */
    default boolean signsWholeMessage(SignatureAlgorithm algorithm) {
        return algorithm.scheme().signsWholeMessage();
    }

    /**
     * Signs a digest.
     *
     * @param algorithm one of {@link #algorithms()}, for which the key does not need the message
     * @param digest the digest of the message, made with the algorithm's digest algorithm
     * @param deadline the time limit, which includes the wait for a free session. A signer that abandons a call at the
     *     deadline and gets the signature later calls {@link Deadline#reportLateResult}
     * @return the bytes of the signature as X.509 and CMS carry them: for RSA the string of RFC 8017, for ECDSA the DER
     *     encoding of Ecdsa-Sig-Value (RFC 5753, section 7.2)
     * @throws UnsupportedRequestException if the algorithm is not one of this key's, or {@link #signsWholeMessage} is
     *     {@code true} though the scheme signs digests
     * @throws SigningUnavailableException if the key cannot be used before the deadline
     * @throws IllegalArgumentException if the digest was made with another digest algorithm, or the scheme signs
     *     messages only
     */
    byte[] sign(SignatureAlgorithm algorithm, Digest digest, Deadline deadline);

    /**
     * Signs a message that is in memory. Keys that need the whole message implement this. For other keys it hashes the
     * message and signs the digest.
     *
     * @param algorithm one of {@link #algorithms()}
     * @param message the message
     * @param deadline the time limit, which includes the wait for a free session
     * @return the bytes of the signature as {@link #sign} returns them; for Ed25519 the 64 bytes of RFC 8032
     * @throws UnsupportedRequestException if the algorithm is not one of this key's
     * @throws SigningUnavailableException if the key cannot be used before the deadline
     */
    default byte[] signMessage(SignatureAlgorithm algorithm, byte[] message, Deadline deadline) {
        return sign(algorithm, Digest.compute(algorithm.digestAlgorithm(), message), deadline);
    }

    /**
     * Throws what {@link #signMessage} promises for an algorithm that this key does not do.
     *
     * @param algorithm the algorithm asked for
     * @throws UnsupportedRequestException if the algorithm is not one of this key's
     */
    default void requireSupported(SignatureAlgorithm algorithm) {
        if (!algorithms().contains(algorithm)) {
            throw new UnsupportedRequestException(
                    "The key does not sign with " + algorithm + "; it offers " + algorithms() + ".");
        }
    }

    /**
     * Throws what {@link #sign} promises for an algorithm that this key does not do, or a digest that is not the algorithm's.
     *
     * @param algorithm the algorithm asked for
     * @param digest the digest to sign
     * @throws UnsupportedRequestException if the algorithm is not one of this key's
     * @throws IllegalArgumentException if the digest was made with another digest algorithm, or the scheme signs messages only
     */
    default void requireSupported(SignatureAlgorithm algorithm, Digest digest) {
        requireSupported(algorithm);
        if (algorithm.scheme().signsWholeMessage()) {
            throw new IllegalArgumentException(algorithm + " signs messages, not their digests");
        }
        if (digest.algorithm() != algorithm.digestAlgorithm()) {
            throw new IllegalArgumentException(algorithm + " signs digests made with "
                    + algorithm.digestAlgorithm().jcaName() + ", not "
                    + digest.algorithm().jcaName());
        }
    }
}
