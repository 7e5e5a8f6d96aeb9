package io.github.hsmsigner.core;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.ASN1Set;
import org.bouncycastle.asn1.cms.Attribute;
import org.bouncycastle.asn1.cms.CMSAttributes;
import org.jspecify.annotations.Nullable;

/**
 * The signed attributes of a CMS signature, in the encoding that is signed: DER with an explicit tag SET OF. In the
 * SignerInfo they have the tag [0] instead (RFC 5652, section 5.4). There is one content-type and one message-digest
 * (section 11).
 */
final class SignedAttributes {

    private static final int SET = 0x31;
    private static final int CONTEXT_0 = 0xa0;

    private SignedAttributes() {}

    /** Returns why data is not signed attributes, as the rest of a sentence that begins with "it"; empty if it is. */
    static Optional<String> deviation(byte[] data, DigestAlgorithm algorithm) {
        int tag = data.length == 0 ? 0 : data[0] & 0xff;
        if (tag == CONTEXT_0) {
            return Optional.of("begins with the tag [0] of a SignerInfo; the tag SET OF is signed in its place");
        }
        if (tag != SET) {
            return Optional.of("is not a SET OF in DER");
        }
        try {
            ASN1Primitive structure = ASN1Primitive.fromByteArray(data);
            if (!Arrays.equals(structure.getEncoded(ASN1Encoding.DER), data)) {
                return Optional.of("is not in DER: a length is not in its shortest form, or the set is not in order");
            }
            List<Attribute> attributes = StreamSupport.stream(
                            ASN1Set.getInstance(structure).spliterator(), false)
                    .map(Attribute::getInstance)
                    .toList();
            return Optional.ofNullable(problem(attributes, algorithm));
        } catch (IOException | RuntimeException e) {
            // Parsers meet hostile data with exceptions of any kind. Their messages may repeat it.
            return Optional.of("is not a SET OF Attribute, or something follows the set");
        }
    }

    private static @Nullable String problem(List<Attribute> attributes, DigestAlgorithm algorithm) {
        if (attributes.stream().anyMatch(attribute -> attribute.getAttrValues().size() == 0)) {
            return "has an attribute without a value";
        }
        List<ASN1Encodable> types =
                values(attributes, CMSAttributes.contentType).toList();
        if (types.size() != 1 || !(types.get(0) instanceof ASN1ObjectIdentifier)) {
            return "does not have exactly one content-type attribute";
        }
        List<ASN1Encodable> digests =
                values(attributes, CMSAttributes.messageDigest).toList();
        if (digests.size() != 1 || !(digests.get(0) instanceof ASN1OctetString digest)) {
            return "does not have exactly one message-digest attribute";
        }
        if (digest.getOctetsLength() != algorithm.length()) {
            return "has a message digest of " + digest.getOctetsLength() + " bytes, but one made with "
                    + algorithm.text() + " has " + algorithm.length();
        }
        return null;
    }

    private static Stream<ASN1Encodable> values(List<Attribute> attributes, ASN1ObjectIdentifier type) {
        return attributes.stream()
                .filter(attribute -> attribute.getAttrType().equals(type))
                .flatMap(attribute ->
                        StreamSupport.stream(attribute.getAttrValues().spliterator(), false));
    }
}
