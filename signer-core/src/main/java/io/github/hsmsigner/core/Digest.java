package io.github.hsmsigner.core;

import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Objects;

/**
 * The hash of a message together with the algorithm that made it. Immutable.
 *
 * <p>{@link #toString()} shows the algorithm only: the hash of a short document gives the document away.
 */
public final class Digest {

    private static final int BUFFER_SIZE = 64 * 1024;

    private final DigestAlgorithm algorithm;
    private final byte[] bytes;

    private Digest(DigestAlgorithm algorithm, byte[] bytes) {
        this.algorithm = algorithm;
        this.bytes = bytes;
    }

    /**
     * Wraps a digest that was computed elsewhere.
     *
     * @param algorithm the algorithm that made it
     * @param bytes the digest; copied
     * @return the digest
     * @throws IllegalArgumentException if the length is not that of the algorithm
     */
    public static Digest of(DigestAlgorithm algorithm, byte[] bytes) {
        if (bytes.length != algorithm.length()) {
            throw new IllegalArgumentException(
                    "A " + algorithm.jcaName() + " digest has " + algorithm.length() + " bytes, not " + bytes.length);
        }
        return new Digest(algorithm, bytes.clone());
    }

    /**
     * Hashes a message that is in memory.
     *
     * @param algorithm the algorithm
     * @param message the message
     * @return its digest
     */
    public static Digest compute(DigestAlgorithm algorithm, byte[] message) {
        return new Digest(algorithm, algorithm.newMessageDigest().digest(message));
    }

    /**
     * Hashes a message of any length in constant memory.
     *
     * @param algorithm the algorithm
     * @param message the message; read to its end and left open
     * @return its digest
     * @throws IOException if the message cannot be read
     */
    public static Digest compute(DigestAlgorithm algorithm, InputStream message) throws IOException {
        MessageDigest computation = algorithm.newMessageDigest();
        byte[] buffer = new byte[BUFFER_SIZE];
        for (int n = message.read(buffer); n >= 0; n = message.read(buffer)) {
            computation.update(buffer, 0, n);
        }
        return new Digest(algorithm, computation.digest());
    }

    /**
     * Returns the algorithm that made this digest.
     *
     * @return the algorithm
     */
    public DigestAlgorithm algorithm() {
        return algorithm;
    }

    /**
     * Returns the digest itself.
     *
     * @return a copy of the bytes
     */
    public byte[] bytes() {
        return bytes.clone();
    }

    /**
     * This digest as the DER DigestInfo that RSASSA-PKCS1-v1_5 pads and signs (RFC 8017, section 9.2), with NULL parameters.
     *
     * @return the encoding
     */
    public byte[] toDigestInfo() {
        byte[] prefix = algorithm.digestInfoPrefix();
        byte[] encoded = Arrays.copyOf(prefix, prefix.length + bytes.length);
        System.arraycopy(bytes, 0, encoded, prefix.length, bytes.length);
        return encoded;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Digest that && algorithm == that.algorithm && MessageDigest.isEqual(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return Objects.hash(algorithm, Arrays.hashCode(bytes));
    }

    @Override
    public String toString() {
        return "Digest[" + algorithm.jcaName() + "]";
    }
}
