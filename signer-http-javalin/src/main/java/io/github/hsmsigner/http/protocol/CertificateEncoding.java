package io.github.hsmsigner.http.protocol;

import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.Base64;

/**
 * How {@code get_certificates} writes a certificate: Base64 of one of two forms. The sources on the protocol disagree.
 */
public enum CertificateEncoding {
    /** Base64 of the PEM text (RFC 7468), as the vendor's reference service answers. */
    PEM {
        @Override
        byte[] octets(byte[] der) {
            byte[] lineEnd = {'\n'};
            String lines = Base64.getMimeEncoder(64, lineEnd).encodeToString(der);
            return ("-----BEGIN CERTIFICATE-----\n" + lines + "\n-----END CERTIFICATE-----\n")
                    .getBytes(StandardCharsets.US_ASCII);
        }
    },
    /** Base64 of the DER encoding, as the vendor's HSM guide can be read. */
    DER {
        @Override
        byte[] octets(byte[] der) {
            return der;
        }
    };

    abstract byte[] octets(byte[] der);

    String encode(X509Certificate certificate) {
        try {
            return Base64.getEncoder().encodeToString(octets(certificate.getEncoded()));
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("A parsed certificate lost its encoding", e);
        }
    }
}
