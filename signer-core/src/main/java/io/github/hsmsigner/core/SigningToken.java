package io.github.hsmsigner.core;

import java.security.MessageDigest;

/**
 * The proof that a caller presents to be allowed to sign: opaque bytes, treated as a secret. Immutable.
 *
 * <p>{@link #toString} reveals nothing of it, and a comparison takes the same time whatever the difference.
 */
public final class SigningToken {

    private final byte[] octets;

    private SigningToken(byte[] octets) {
        this.octets = octets;
    }

    /**
     * Wraps the bytes of a signing token.
     *
     * @param octets the bytes as the caller sent them; copied
     * @return the signing token
     */
    public static SigningToken of(byte[] octets) {
        return new SigningToken(octets.clone());
    }

    /**
     * Returns the bytes, for a policy that must read them.
     *
     * @return a copy of the bytes
     */
    public byte[] octets() {
        return octets.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SigningToken that && MessageDigest.isEqual(octets, that.octets);
    }

    /** Returns the same value for all signing tokens, so that no hash of one reaches a log. */
    @Override
    public int hashCode() {
        return 0;
    }

    @Override
    public String toString() {
        return "SigningToken[hidden]";
    }
}
