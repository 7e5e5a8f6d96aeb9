package io.github.hsmsigner.core;

import io.github.hsmsigner.core.error.SigningUnavailableException;
import io.github.hsmsigner.core.error.UnsupportedRequestException;
import java.security.PublicKey;
import java.util.Set;

/**
 * One private key that can sign digests, wherever it lives.
 *
 * <p>Implementations are safe for use by any number of threads at once.
 */
public interface Signer {

    /**
     * The public half of the key.
     *
     * @return the public key
     */
    PublicKey publicKey();

    /**
     * What this key can sign with.
     *
     * @return the algorithms; never empty, never changing
     */
    Set<SignatureAlgorithm> algorithms();

    /**
     * Signs a digest.
     *
     * @param algorithm one of {@link #algorithms()}
     * @param digest the digest of the message, made with the algorithm's digest algorithm
     * @param deadline by when the answer is due; waiting for a free session, too, ends then
     * @return the signature octets as X.509 and CMS carry them: for RSA the bare octets of RFC 8017
     * @throws UnsupportedRequestException if the algorithm is not one of this key's
     * @throws SigningUnavailableException if the key cannot be used before the deadline
     * @throws IllegalArgumentException if the digest was made with another digest algorithm
     */
    byte[] sign(SignatureAlgorithm algorithm, Digest digest, Deadline deadline);

    /**
     * Throws what {@link #sign} promises for an algorithm that this key does not do, or a digest that is not the algorithm's.
     *
     * @param algorithm the algorithm asked for
     * @param digest the digest to sign
     * @throws UnsupportedRequestException if the algorithm is not one of this key's
     * @throws IllegalArgumentException if the digest was made with another digest algorithm
     */
    default void requireSupported(SignatureAlgorithm algorithm, Digest digest) {
        if (!algorithms().contains(algorithm)) {
            throw new UnsupportedRequestException(
                    "The key does not sign with " + algorithm + "; it offers " + algorithms() + ".");
        }
        if (digest.algorithm() != algorithm.digestAlgorithm()) {
            throw new IllegalArgumentException(algorithm + " signs digests made with "
                    + algorithm.digestAlgorithm().jcaName() + ", not "
                    + digest.algorithm().jcaName());
        }
    }
}
