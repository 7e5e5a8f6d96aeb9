package io.github.hsmsigner.core;

import io.github.hsmsigner.core.error.SigningUnavailableException;

/**
 * A source of timestamps (RFC 3161).
 *
 * <p>Implementations are thread-safe and check each timestamp token. A token that they return is for the requested
 * digest, and its timestamp authority signed it.
 */
public interface TimestampSource {

    /**
     * Gets a timestamp.
     *
     * @param digest the digest of what is to be stamped
     * @param deadline the time limit
     * @return the TimeStampToken in DER (RFC 3161, section 2.4.2)
     * @throws SigningUnavailableException if no timestamp is available before the deadline
     */
    byte[] timestamp(Digest digest, Deadline deadline);

    /**
     * Returns the digest algorithm that timestamps are to be made with.
     *
     * @return the algorithm of the digests to ask for
     */
    DigestAlgorithm digestAlgorithm();

    /**
     * Returns how much room to reserve for a token.
     *
     * @return the size in bytes that no token exceeds; a larger one is refused
     */
    int maxTokenSize();
}
