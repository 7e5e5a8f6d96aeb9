package io.github.hsmsigner.core;

import io.github.hsmsigner.core.error.SigningUnavailableException;

/**
 * Where timestamps come from (RFC 3161).
 *
 * <p>Implementations are safe for use by any number of threads at once, and check what they get: a token that they return is for the
 * digest that was asked for, and is signed by its timestamp authority.
 */
public interface TimestampSource {

    /**
     * Gets a timestamp.
     *
     * @param digest the digest of what is to be stamped
     * @param deadline by when it must be there
     * @return the TimeStampToken in DER (RFC 3161, section 2.4.2)
     * @throws SigningUnavailableException if no timestamp can be had before the deadline
     */
    byte[] timestamp(Digest digest, Deadline deadline);

    /**
     * The digest algorithm that timestamps are to be made with.
     *
     * @return the algorithm of the digests to ask for
     */
    DigestAlgorithm digestAlgorithm();

    /**
     * How much room to reserve for a token.
     *
     * @return the size in bytes that no token exceeds; a larger one is refused
     */
    int maxTokenSize();
}
