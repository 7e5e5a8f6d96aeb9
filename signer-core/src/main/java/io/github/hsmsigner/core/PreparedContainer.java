package io.github.hsmsigner.core;

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
     * @return the finished container in DER
     */
    byte[] complete(byte[] signature);
}
