package io.github.hsmsigner.core;

import java.util.List;

/**
 * OCSP responses and CRLs. Immutable.
 *
 * @param ocspResponses OCSPResponse structures in DER (RFC 6960, section 4.2.1)
 * @param crls CertificateList structures in DER (RFC 5280, section 5.1)
 */
public record RevocationInfo(List<byte[]> ocspResponses, List<byte[]> crls) {

    /**
     * Copies both lists.
     *
     * @param ocspResponses OCSPResponse structures in DER (RFC 6960, section 4.2.1)
     * @param crls CertificateList structures in DER (RFC 5280, section 5.1)
     */
    public RevocationInfo {
        ocspResponses = ocspResponses.stream().map(byte[]::clone).toList();
        crls = crls.stream().map(byte[]::clone).toList();
    }
}
