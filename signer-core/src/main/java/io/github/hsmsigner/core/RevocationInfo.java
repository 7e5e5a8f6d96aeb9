package io.github.hsmsigner.core;

import java.io.IOException;
import java.util.List;
import org.bouncycastle.asn1.ASN1InputStream;
import org.bouncycastle.asn1.ASN1Sequence;

/**
 * OCSP responses and CRLs. Immutable.
 *
 * @param ocspResponses OCSPResponse structures in DER (RFC 6960, section 4.2.1)
 * @param crls CertificateList structures in DER (RFC 5280, section 5.1)
 */
public record RevocationInfo(List<byte[]> ocspResponses, List<byte[]> crls) {

    /**
     * Copies both lists. Containers include their elements unchanged, so an element that is no DER is refused here. The
     * constructor does not parse the content of elements, because CRLs may be large.
     *
     * @param ocspResponses OCSPResponse structures in DER (RFC 6960, section 4.2.1)
     * @param crls CertificateList structures in DER (RFC 5280, section 5.1)
     * @throws IllegalArgumentException if one is not a single SEQUENCE with nothing behind it
     */
    public RevocationInfo {
        ocspResponses = ocspResponses.stream()
                .map(octets -> copyOfSequence(octets, "OCSPResponse"))
                .toList();
        crls = crls.stream()
                .map(octets -> copyOfSequence(octets, "CertificateList"))
                .toList();
    }

    private static byte[] copyOfSequence(byte[] octets, String structure) {
        try (ASN1InputStream in = new ASN1InputStream(octets, true)) {
            if (in.readObject() instanceof ASN1Sequence && in.read() < 0) {
                return octets.clone();
            }
        } catch (IOException e) {
            throw new IllegalArgumentException("One " + structure + " in DER is expected, and nothing behind it", e);
        }
        throw new IllegalArgumentException("One " + structure + " in DER is expected, and nothing behind it");
    }
}
