package io.github.hsmsigner.core;

import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import java.util.Map;

/**
 * The names of the {@linkplain RequestContext#transportFacts() transport facts} that a transport sets and that access policies and
 * logs read.
 */
public final class TransportFacts {

    /** The address of the client, without its port. The audit log and the request log record it. */
    public static final String REMOTE_ADDRESS = "remote_address";

    /** The subject of the client's certificate, as {@link DistinguishedName} prints it. */
    public static final String CLIENT_CERTIFICATE_SUBJECT = "client_certificate_subject";

    /** The issuer of the client's certificate, as {@link DistinguishedName} prints it. */
    public static final String CLIENT_CERTIFICATE_ISSUER = "client_certificate_issuer";

    /** The SHA-256 hash of the client's certificate in DER, as lower-case hexadecimal digits. */
    public static final String CLIENT_CERTIFICATE_SHA256 = "client_certificate_sha256";

    private TransportFacts() {}

    /**
     * Returns the facts about the certificate with which a client authenticated in TLS. A transport sets them only if it has verified
     * the certificate chain and the client has proven possession of the private key. A transport never sets them from a header.
     *
     * @param certificate the client's certificate
     * @return the facts by name; unmodifiable
     * @throws IllegalArgumentException if the certificate has no encoding
     */
    public static Map<String, String> ofClientCertificate(X509Certificate certificate) {
        try {
            byte[] hash = DigestAlgorithm.SHA256.newMessageDigest().digest(certificate.getEncoded());
            return Map.of(
                    CLIENT_CERTIFICATE_SUBJECT,
                    DistinguishedName.ofSubject(certificate).toString(),
                    CLIENT_CERTIFICATE_ISSUER,
                    DistinguishedName.ofIssuer(certificate).toString(),
                    CLIENT_CERTIFICATE_SHA256,
                    HexFormat.of().formatHex(hash));
        } catch (CertificateEncodingException e) {
            throw new IllegalArgumentException("The client's certificate has no encoding.", e);
        }
    }
}
