package io.github.hsmsigner.core.fetch;

import java.io.IOException;
import java.util.Arrays;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1Primitive;

/** Answers that are one structure of ASN.1, with nothing behind it. */
public final class Asn1Answer {

    private Asn1Answer() {}

    /**
     * Reads an answer in BER.
     *
     * @param octets the answer
     * @return its structure
     * @throws IOException if it is not one structure and nothing else
     */
    public static ASN1Primitive ber(byte[] octets) throws IOException {
        if (octets.length == 0) {
            throw new IOException("its answer is empty");
        }
        try {
            return ASN1Primitive.fromByteArray(octets);
        } catch (IOException | RuntimeException e) {
            // Parsers meet hostile octets with exceptions of any kind.
            throw new IOException(
                    "its answer cannot be read as one structure of ASN.1: "
                            + (e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage()),
                    e);
        }
    }

    /**
     * Reads an answer in DER, which becomes part of another structure in DER without any change.
     *
     * @param octets the answer
     * @return its structure
     * @throws IOException if it is not one structure in DER and nothing else
     */
    public static ASN1Primitive der(byte[] octets) throws IOException {
        ASN1Primitive structure = ber(octets);
        if (!Arrays.equals(structure.getEncoded(ASN1Encoding.DER), octets)) {
            throw new IOException("its answer is not in DER");
        }
        return structure;
    }
}
