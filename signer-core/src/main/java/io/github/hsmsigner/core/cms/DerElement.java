package io.github.hsmsigner.core.cms;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Encoding;

/**
 * An element in DER (X.690, sections 8.1 and 10.1), composed of encoded elements. It reads and copies none of them
 * before the whole is written. A CRL of a megabyte therefore costs a container a megabyte. BouncyCastle's objects for
 * each entry cost tens of them. Immutable.
 */
final class DerElement {

    private static final int SEQUENCE = 0x30;
    private static final int SET = 0x31;
    private static final int CONTEXT_SPECIFIC_CONSTRUCTED = 0xa0;
    private static final int LONGEST_IN_ONE_OCTET = 0x7f;
    private static final int LENGTH_FOLLOWS = 0x80;

    /** The concatenation of these pieces is the element; never changed. */
    private final List<byte[]> pieces;

    private final int length;

    private DerElement(List<byte[]> pieces, int length) {
        this.pieces = pieces;
        this.length = length;
    }

    /** Returns an element that is encoded already: in DER, and never changed from now on. */
    static DerElement encoded(byte[] octets) {
        return new DerElement(List.of(octets), octets.length);
    }

    static DerElement of(ASN1Encodable object) {
        try {
            return encoded(object.toASN1Primitive().getEncoded(ASN1Encoding.DER));
        } catch (IOException e) {
            throw new UncheckedIOException("Encoding in memory failed", e);
        }
    }

    static DerElement sequence(DerElement... elements) {
        return constructed(SEQUENCE, List.of(elements));
    }

    static DerElement sequence(List<DerElement> elements) {
        return constructed(SEQUENCE, elements);
    }

    /** Returns a SET OF: elements in the order that {@link #inOrder} gives them. */
    static DerElement set(List<DerElement> ordered) {
        return constructed(SET, ordered);
    }

    /** Returns a SET OF with one element, which has no order. */
    static DerElement set(DerElement element) {
        return set(List.of(element));
    }

    /**
     * {@code [number]}: with one element it is what an EXPLICIT tag makes of it, with the elements of a SET or SEQUENCE what an IMPLICIT
     * one makes of that.
     */
    static DerElement tagged(int number, List<DerElement> elements) {
        return constructed(CONTEXT_SPECIFIC_CONSTRUCTED | number, elements);
    }

    /** Elements in the order of a SET OF (X.690, section 11.6). None is the beginning of another one, so nothing is padded. */
    static List<DerElement> inOrder(List<DerElement> elements) {
        return elements.stream().sorted(DerElement::compareOctets).toList();
    }

    private int compareOctets(DerElement other) {
        int piece = 0;
        int from = 0;
        int otherPiece = 0;
        int otherFrom = 0;
        while (piece < pieces.size() && otherPiece < other.pieces.size()) {
            byte[] octets = pieces.get(piece);
            byte[] others = other.pieces.get(otherPiece);
            int count = Math.min(octets.length - from, others.length - otherFrom);
            int order = Arrays.compareUnsigned(octets, from, from + count, others, otherFrom, otherFrom + count);
            if (order != 0) {
                return order;
            }
            from += count;
            otherFrom += count;
            if (from == octets.length) {
                piece++;
                from = 0;
            }
            if (otherFrom == others.length) {
                otherPiece++;
                otherFrom = 0;
            }
        }
        return Integer.compare(length, other.length);
    }

    private static DerElement constructed(int identifier, List<DerElement> elements) {
        int contents = elements.stream().mapToInt(DerElement::length).reduce(0, Math::addExact);
        byte[] header = header(identifier, contents);
        List<byte[]> pieces = new ArrayList<>();
        pieces.add(header);
        elements.forEach(element -> pieces.addAll(element.pieces));
        return new DerElement(pieces, Math.addExact(header.length, contents));
    }

    private static byte[] header(int identifier, int contents) {
        if (contents <= LONGEST_IN_ONE_OCTET) {
            return new byte[] {(byte) identifier, (byte) contents};
        }
        int octets = (Integer.SIZE - Integer.numberOfLeadingZeros(contents) + 7) / 8;
        byte[] header = new byte[2 + octets];
        header[0] = (byte) identifier;
        header[1] = (byte) (LENGTH_FOLLOWS | octets);
        for (int i = 0; i < octets; i++) {
            header[header.length - 1 - i] = (byte) (contents >>> (8 * i));
        }
        return header;
    }

    /** Returns the number of bytes of the whole. */
    int length() {
        return length;
    }

    /** Returns a new copy of the whole. */
    byte[] octets() {
        ByteBuffer whole = ByteBuffer.allocate(length);
        pieces.forEach(whole::put);
        return whole.array();
    }
}
