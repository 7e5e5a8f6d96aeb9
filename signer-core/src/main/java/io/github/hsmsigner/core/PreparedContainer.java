package io.github.hsmsigner.core;

import io.github.hsmsigner.core.error.SigningUnavailableException;

/**
 * A container that lacks nothing but its signature. Immutable.
 */
public interface PreparedContainer {

    /**
     * The octets that the signature is computed over: the DER encoding of the signed attributes (RFC 5652, section 5.4).
     *
     * @return a copy of the octets
     */
    byte[] dataToBeSigned();

    /**
     * Second step: puts the signature in.
     *
     * @param signature the signature over {@link #dataToBeSigned()}
     * @param deadline by when it must be done, where something must be fetched for it, such as a timestamp
     * @return the finished container
     * @throws SigningUnavailableException if something that must be fetched for it cannot be had
     */
    SignedContainer complete(byte[] signature, Deadline deadline);
}
