package io.github.hsmsigner.core.cms;

import io.github.hsmsigner.core.RevocationInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;

/**
 * adbe-revocationInfoArchival (ISO 32000-2, section 12.8.3.3.2): what shows that the chain was not revoked, signed. The answers of a
 * {@link RevocationInfo} are in DER, and become part of it as they are.
 */
final class RevocationInfoAttribute {

    private static final ASN1ObjectIdentifier TYPE = new ASN1ObjectIdentifier("1.2.840.113583.1.1.8");
    private static final int CRLS = 0;
    private static final int OCSP_RESPONSES = 1;

    /** A signature of ECDSA and a date that is left out now and then: what small answers differ by. */
    private static final int LEAST_GROWTH = 64;

    private RevocationInfoAttribute() {}

    /** Returns the attribute; empty for a chain that needs no such information. */
    static Optional<DerElement> of(RevocationInfo info) {
        List<DerElement> archival = new ArrayList<>();
        add(archival, CRLS, info.crls());
        add(archival, OCSP_RESPONSES, info.ocspResponses());
        return archival.isEmpty()
                ? Optional.empty()
                : Optional.of(DerElement.sequence(DerElement.of(TYPE), DerElement.set(DerElement.sequence(archival))));
    }

    /** Returns how many bytes larger a later attribute may be, because CRLs grow and responses differ. */
    static int growth(DerElement attribute) {
        return LEAST_GROWTH + attribute.length() / 8;
    }

    private static void add(List<DerElement> archival, int tag, List<byte[]> items) {
        if (!items.isEmpty()) {
            List<DerElement> elements = items.stream().map(DerElement::encoded).toList();
            archival.add(DerElement.tagged(tag, List.of(DerElement.sequence(elements))));
        }
    }
}
