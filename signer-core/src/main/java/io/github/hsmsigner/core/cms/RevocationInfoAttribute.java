package io.github.hsmsigner.core.cms;

import io.github.hsmsigner.core.RevocationInfo;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERSet;
import org.bouncycastle.asn1.DERTaggedObject;
import org.bouncycastle.asn1.cms.Attribute;
import org.bouncycastle.asn1.ocsp.OCSPResponse;
import org.bouncycastle.asn1.x509.CertificateList;

/** adbe-revocationInfoArchival (ISO 32000-2, section 12.8.3.3.2): what shows that the chain was not revoked, signed. */
final class RevocationInfoAttribute {

    private static final ASN1ObjectIdentifier TYPE = new ASN1ObjectIdentifier("1.2.840.113583.1.1.8");
    private static final int CRLS = 0;
    private static final int OCSP_RESPONSES = 1;

    /** A signature of ECDSA and a date that is left out now and then: what small answers differ by. */
    private static final int LEAST_GROWTH = 64;

    private RevocationInfoAttribute() {}

    /** The attribute; empty for a chain that needs no such information. */
    static Optional<Attribute> of(RevocationInfo info) {
        ASN1EncodableVector archival = new ASN1EncodableVector();
        add(
                archival,
                CRLS,
                info.crls().stream().map(CertificateList::getInstance).toList());
        add(
                archival,
                OCSP_RESPONSES,
                info.ocspResponses().stream().map(OCSPResponse::getInstance).toList());
        return archival.size() == 0
                ? Optional.empty()
                : Optional.of(new Attribute(TYPE, new DERSet(new DERSequence(archival))));
    }

    /** By how many bytes the attribute of another moment may be larger, as CRLs grow and answers differ. */
    static int growth(Attribute attribute) {
        try {
            return LEAST_GROWTH + attribute.getEncoded(ASN1Encoding.DER).length / 8;
        } catch (IOException e) {
            throw new UncheckedIOException("Encoding in memory failed", e);
        }
    }

    private static void add(ASN1EncodableVector archival, int tag, List<? extends ASN1Encodable> items) {
        if (!items.isEmpty()) {
            archival.add(new DERTaggedObject(true, tag, new DERSequence(items.toArray(ASN1Encodable[]::new))));
        }
    }
}
