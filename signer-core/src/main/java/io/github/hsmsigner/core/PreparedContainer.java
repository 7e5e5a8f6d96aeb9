package io.github.hsmsigner.core;

import io.github.hsmsigner.core.error.SigningUnavailableException;

/**
 * A container that lacks nothing but its signature. Immutable.
 */
public interface PreparedContainer {

    /**
     * Returns the bytes to sign: the DER encoding of the signed attributes (RFC 5652, section 5.4).
     *
     * @return a copy of the bytes
     */
    byte[] dataToBeSigned();

    /**
     * Inserts the signature (second step).
     *
     * @param signature the signature over {@link #dataToBeSigned()}
     * @param deadline the time limit for what must be fetched for the container, such as a timestamp
     * @return the finished container
     * @throws SigningUnavailableException if something that must be fetched for it is not available
     */
    SignedContainer complete(byte[] signature, Deadline deadline);
}
