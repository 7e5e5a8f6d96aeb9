package io.github.hsmsigner.http.auth;

import io.github.hsmsigner.core.DigestAlgorithm;
import io.github.hsmsigner.core.DistinguishedName;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import java.util.Map;

/**
 * What a transport tells policies of the certificate that a client authenticated with in TLS, as
 * {@linkplain io.github.hsmsigner.core.RequestContext#transportFacts() transport facts}. A transport adds them only for a certificate
 * whose chain it has verified, and whose key the client has proven to have; never from a header.
 */
public final class ClientCertificateFacts {

    /** The name of the fact that holds the subject as {@link io.github.hsmsigner.core.DistinguishedName} prints it. */
    public static final String SUBJECT = "client_certificate_subject";

    /** The name of the fact that holds the issuer as {@link io.github.hsmsigner.core.DistinguishedName} prints it. */
    public static final String ISSUER = "client_certificate_issuer";

    /** The name of the fact that holds the SHA-256 hash of the certificate in DER, in hexadecimal, lower case. */
    public static final String SHA256 = "client_certificate_sha256";

    private ClientCertificateFacts() {}

    /**
     * The facts about a certificate.
     *
     * @param certificate the client's certificate
     * @return the facts by name; unmodifiable
     * @throws IllegalArgumentException if the certificate has no encoding
     */
    public static Map<String, String> of(X509Certificate certificate) {
        try {
            byte[] hash = DigestAlgorithm.SHA256.newMessageDigest().digest(certificate.getEncoded());
            return Map.of(
                    SUBJECT,
                    DistinguishedName.ofSubject(certificate).toString(),
                    ISSUER,
                    DistinguishedName.ofIssuer(certificate).toString(),
                    SHA256,
                    HexFormat.of().formatHex(hash));
        } catch (CertificateEncodingException e) {
            throw new IllegalArgumentException("The client's certificate has no encoding.", e);
        }
    }
}
