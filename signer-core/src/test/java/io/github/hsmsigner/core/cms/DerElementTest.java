package io.github.hsmsigner.core.cms;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hsmsigner.testing.Property;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERSet;
import org.bouncycastle.asn1.DERTaggedObject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Beside what BouncyCastle writes. */
class DerElementTest {

    private static final int TAG = 3;

    private static byte[] der(ASN1Encodable object) throws IOException {
        return object.toASN1Primitive().getEncoded(ASN1Encoding.DER);
    }

    private static void assertSame(DerElement element, ASN1Encodable expected) throws IOException {
        assertThat(element.octets()).isEqualTo(der(expected));
        assertThat(element.length()).isEqualTo(element.octets().length);
    }

    /** Contents on both sides of where the octets of a length become more: 2^7, 2^8, 2^16, 2^24. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 0x7d, 0x7e, 0x7f, 0x80, 0xfd, 0xfe, 0x100, 0xfffb, 0xfffc, 0x10000, 0xfffffa, 0x1000000})
    void lengthsAreAsShortAsTheyCanBe(int octets) throws IOException {
        ASN1Encodable content = new DEROctetString(new byte[octets]);
        DerElement element = DerElement.of(content);
        assertSame(DerElement.sequence(element), new DERSequence(content));
        assertSame(DerElement.set(element), new DERSet(content));
        assertSame(DerElement.tagged(TAG, List.of(element)), new DERTaggedObject(true, TAG, content));
        assertSame(
                DerElement.sequence(List.of(DerElement.sequence(element), DerElement.encoded(der(content)))),
                new DERSequence(new ASN1Encodable[] {new DERSequence(content), content}));
    }

    @Test
    void emptyOnes() throws IOException {
        assertSame(DerElement.sequence(), new DERSequence());
        assertSame(DerElement.set(List.of()), new DERSet());
    }

    @Test
    void whatASetHasIsInOrder() {
        Property.holds(200, random -> {
            List<ASN1Encodable> objects = IntStream.range(0, random.nextInt(1, 6))
                    .mapToObj(i -> (ASN1Encodable)
                            new DERSequence(new DEROctetString(Property.bytes(random, random.nextInt(300)))))
                    .toList();
            // Some in one piece and some in several, for the same octets.
            List<DerElement> elements = new ArrayList<>();
            for (ASN1Encodable object : objects) {
                DerElement whole = DerElement.of(object);
                DerElement inPieces = DerElement.sequence(
                        DerElement.of(ASN1Sequence.getInstance(object).getObjectAt(0)));
                elements.add(random.nextBoolean() ? whole : inPieces);
            }
            DERSet expected = new DERSet(objects.toArray(ASN1Encodable[]::new));
            assertSame(DerElement.set(DerElement.inOrder(elements)), expected);
            assertSame(DerElement.tagged(TAG, DerElement.inOrder(elements)), new DERTaggedObject(false, TAG, expected));
        });
    }
}
