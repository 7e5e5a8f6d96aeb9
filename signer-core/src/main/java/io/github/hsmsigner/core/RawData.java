package io.github.hsmsigner.core;

import java.util.Objects;
import java.util.Optional;

/**
 * The data of a raw signature: its digest, and whether it is the signed attributes of a CMS signature. Immutable.
 *
 * @param digest the digest of the data
 * @param deviation why the data is not signed attributes, or not known to be, as the rest of a sentence that begins with "it"; empty if it
 *     is. Repeats nothing of the data
 */
public record RawData(Digest digest, Optional<String> deviation) {

    /** The longest data that can be signed attributes, in bytes. */
    public static final int MAX_SIGNED_ATTRIBUTES = 64 * 1024;

    /**
     * Checks that nothing is missing.
     *
     * @param digest the digest of the data
     * @param deviation why the data is not signed attributes, or not known to be; empty if it is
     */
    public RawData {
        Objects.requireNonNull(digest, "digest");
        Objects.requireNonNull(deviation, "deviation");
    }

    /**
     * Returns data of which only the digest is known, so that it cannot be known to be signed attributes.
     *
     * @param digest the digest of the data
     * @return the data
     */
    public static RawData ofDigest(Digest digest) {
        return new RawData(digest, Optional.of("is known by its digest only"));
    }

    /**
     * Returns data that is longer than signed attributes can be.
     *
     * @param digest the digest of the data
     * @return the data
     */
    public static RawData tooLong(Digest digest) {
        return new RawData(digest, Optional.of("is longer than " + MAX_SIGNED_ATTRIBUTES + " bytes"));
    }

    /**
     * Inspects data in memory.
     *
     * @param digest the digest of the data; its algorithm is the one of the message-digest attribute
     * @param data the data; not kept
     * @return the data
     */
    public static RawData inspect(Digest digest, byte[] data) {
        return data.length > MAX_SIGNED_ATTRIBUTES
                ? tooLong(digest)
                : new RawData(digest, SignedAttributes.deviation(data, digest.algorithm()));
    }
}
