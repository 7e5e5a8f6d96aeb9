package io.github.hsmsigner.core;

import java.io.IOException;
import java.math.BigInteger;
import java.util.Arrays;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.DERSequence;

/**
 * The two numbers of an ECDSA signature. Converts between its two encodings. Tokens return the numbers side by side in
 * a fixed width (PKCS#11 2.40, section 2.3.1). X.509 and CMS carry the DER encoding of Ecdsa-Sig-Value (RFC 5753,
 * section 7.2).
 *
 * <p>For implementers of {@link Signer}. Immutable.
 *
 * @param r the first number; positive
 * @param s the second number; positive
 */
public record EcdsaSignature(BigInteger r, BigInteger s) {

    /**
     * Checks that both numbers are positive.
     *
     * @param r the first number
     * @param s the second number
     * @throws IllegalArgumentException if one is not
     */
    public EcdsaSignature {
        if (r.signum() != 1 || s.signum() != 1) {
            throw new IllegalArgumentException("The numbers of an ECDSA signature are positive");
        }
    }

    /**
     * Reads the numbers side by side.
     *
     * @param bytes r and s, big-endian, each in half of the bytes
     * @return the signature
     * @throws IllegalArgumentException if the number of bytes is odd, or a number is zero
     */
    public static EcdsaSignature ofRaw(byte[] bytes) {
        if (bytes.length == 0 || bytes.length % 2 != 0) {
            throw new IllegalArgumentException(
                    "A raw ECDSA signature has an even number of bytes, not " + bytes.length);
        }
        int width = bytes.length / 2;
        return new EcdsaSignature(new BigInteger(1, bytes, 0, width), new BigInteger(1, bytes, width, width));
    }

    /**
     * Reads the DER encoding.
     *
     * @param bytes an Ecdsa-Sig-Value in DER, and nothing after it
     * @return the signature
     * @throws IllegalArgumentException if the bytes are something else
     */
    public static EcdsaSignature ofDer(byte[] bytes) {
        try {
            if (ASN1Primitive.fromByteArray(bytes) instanceof ASN1Sequence numbers
                    && numbers.size() == 2
                    && numbers.getObjectAt(0) instanceof ASN1Integer r
                    && numbers.getObjectAt(1) instanceof ASN1Integer s) {
                EcdsaSignature signature = new EcdsaSignature(r.getValue(), s.getValue());
                if (Arrays.equals(signature.toDer(), bytes)) {
                    return signature;
                }
            }
        } catch (IOException | IllegalStateException e) {
            throw new IllegalArgumentException("Not an Ecdsa-Sig-Value in DER", e);
        }
        throw new IllegalArgumentException("Not an Ecdsa-Sig-Value in DER");
    }

    /**
     * Returns the maximum length of the DER encoding.
     *
     * @param order the order of the curve
     * @return the length in bytes that no signature on that curve exceeds
     */
    public static int maxDerLength(BigInteger order) {
        BigInteger largest = order.subtract(BigInteger.ONE);
        return new EcdsaSignature(largest, largest).toDer().length;
    }

    /**
     * Writes the DER encoding.
     *
     * @return the Ecdsa-Sig-Value
     */
    public byte[] toDer() {
        ASN1EncodableVector numbers = new ASN1EncodableVector();
        numbers.add(new ASN1Integer(r));
        numbers.add(new ASN1Integer(s));
        try {
            return new DERSequence(numbers).getEncoded(ASN1Encoding.DER);
        } catch (IOException e) {
            throw new IllegalStateException("Encoding in memory failed", e);
        }
    }

    /**
     * Writes the numbers side by side.
     *
     * @param width the bytes of each number, as many as the curve's order has: 32 for P-256, 48 for P-384, 66 for P-521
     * @return r and s, big-endian
     * @throws IllegalArgumentException if a number does not fit
     */
    public byte[] toRaw(int width) {
        byte[] bytes = new byte[2 * width];
        put(r, bytes, width);
        put(s, bytes, 2 * width);
        return bytes;
    }

    private static void put(BigInteger number, byte[] bytes, int end) {
        int width = bytes.length / 2;
        byte[] digits = number.toByteArray();
        int from = digits[0] == 0 ? 1 : 0;
        int length = digits.length - from;
        if (length > width) {
            throw new IllegalArgumentException("A number of the signature needs " + length + " bytes, not " + width);
        }
        System.arraycopy(digits, from, bytes, end - length, length);
    }
}
