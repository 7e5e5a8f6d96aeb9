package io.github.hsmsigner.http.protocol;

import com.fasterxml.jackson.core.JsonGenerator;
import io.github.hsmsigner.core.CertificateChain;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.List;

/** The form of a certificate in the response to {@code get_certificates}. The sources on the protocol disagree. */
public enum CertificateEncoding {
    /** Base64 of the PEM text (RFC 7468), as the vendor's reference service answers. */
    PEM,
    /** Base64 of the DER encoding, as the vendor's HSM guide can be read. */
    DER;

    CallbackResponse response(CertificateChain chain) {
        return CallbackResponse.json(200, CallbackResponse.SUCCESS, json -> {
            write(json, "certificates", List.of(chain.signer()));
            write(json, "ca_certificates", chain.issuers());
        });
    }

    private void write(JsonGenerator json, String field, List<X509Certificate> certificates) throws IOException {
        json.writeArrayFieldStart(field);
        for (X509Certificate certificate : certificates) {
            json.writeString(encode(certificate));
        }
        json.writeEndArray();
    }

    private String encode(X509Certificate certificate) {
        try {
            byte[] der = certificate.getEncoded();
            return Base64.getEncoder().encodeToString(this == PEM ? pem(der) : der);
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("A parsed certificate lost its encoding.", e);
        }
    }

    private static byte[] pem(byte[] der) {
        String lines = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
        return ("-----BEGIN CERTIFICATE-----\n" + lines + "\n-----END CERTIFICATE-----\n")
                .getBytes(StandardCharsets.US_ASCII);
    }
}
