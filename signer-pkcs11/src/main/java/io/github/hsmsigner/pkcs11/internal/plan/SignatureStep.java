package io.github.hsmsigner.pkcs11.internal.plan;

import io.github.hsmsigner.core.Digest;
import io.github.hsmsigner.core.SignatureAlgorithm;
import io.github.hsmsigner.core.error.UnsupportedRequestException;
import io.github.hsmsigner.pkcs11.internal.cryptoki.Mechanism;
import java.util.Arrays;
import java.util.OptionalInt;

/**
 * How a key signs with one algorithm. Immutable.
 *
 * @param algorithm the algorithm
 * @param mechanism the mechanism for C_SignInit
 * @param input the kind of data for C_Sign
 * @param maxInput the maximum number of bytes that the token accepts; empty if any length is fine. A longer digest is
 *     cut to its leftmost bytes, as ECDSA itself does (FIPS 186-5, section 6.4.1). A longer message is refused
 * @param output the form of the signature from C_Sign
 */
public record SignatureStep(
        SignatureAlgorithm algorithm, Mechanism mechanism, TokenInput input, OptionalInt maxInput, TokenOutput output) {

    /**
     * Returns the data for C_Sign for a message whose digest is known.
     *
     * @param digest the digest, made with the algorithm's digest algorithm
     * @return the bytes
     * @throws UnsupportedRequestException if the token needs the message
     */
    public byte[] inputFor(Digest digest) {
        return switch (input) {
            case DIGEST_INFO -> digest.toDigestInfo();
            case DIGEST -> leftmost(digest.bytes());
            case MESSAGE ->
                throw new UnsupportedRequestException("The token signs with " + algorithm + " by " + mechanism.type()
                        + " only, which hashes the data itself; it needs the data to be signed and not its digest.");
        };
    }

    /**
     * Returns the data for C_Sign for a message.
     *
     * @param message the message
     * @return the bytes
     * @throws UnsupportedRequestException if the message is too long for the token
     */
    public byte[] inputFor(byte[] message) {
        if (input != TokenInput.MESSAGE) {
            return inputFor(Digest.compute(algorithm.digestAlgorithm(), message));
        }
        if (maxInput.isPresent() && message.length > maxInput.getAsInt()) {
            throw new UnsupportedRequestException("The token signs messages of up to " + maxInput.getAsInt()
                    + " bytes with " + algorithm + "; this one has " + message.length + ".");
        }
        return message;
    }

    private byte[] leftmost(byte[] digest) {
        return maxInput.isPresent() && digest.length > maxInput.getAsInt()
                ? Arrays.copyOf(digest, maxInput.getAsInt())
                : digest;
    }

    @Override
    public String toString() {
        return algorithm + ": " + input
                + (maxInput.isPresent() ? " (up to " + maxInput.getAsInt() + " bytes)" : "")
                + " goes to " + mechanism + ", which answers " + output;
    }
}
