package io.github.hsmsigner.service.command;

import io.github.hsmsigner.core.DistinguishedName;
import io.github.hsmsigner.core.SignatureAlgorithm;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.pkcs11.KeyManagement;
import io.github.hsmsigner.pkcs11.Pkcs11Signer;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemWriter;

/** A certification request (RFC 2986) that is to be made. Immutable. */
record CertificationRequest(X500Principal subject, NewFile file) {

    /**
     * Checks the subject and the file.
     *
     * @throws InvalidConfigurationException if the subject is not a distinguished name, or the file cannot be created
     */
    static CertificationRequest of(String subject, Path file) {
        try {
            return new CertificationRequest(DistinguishedName.parse(subject).principal(), new NewFile(file));
        } catch (IllegalArgumentException e) {
            throw new InvalidConfigurationException(
                    "The subject must be a distinguished name as in RFC 4514, such as CN=Contracts,O=Example. "
                            + e.getMessage() + ".",
                    e);
        }
    }

    /** Makes the request and returns a sentence about it. */
    String write(KeyManagement keyManagement, Pkcs11Signer key) throws IOException {
        byte[] request = keyManagement.certificationRequest(key, algorithm(key.publicKey()), subject);
        file.write(pem("CERTIFICATE REQUEST", request).getBytes(StandardCharsets.US_ASCII));
        return "The certification request is in " + file.path() + ".";
    }

    /**
     * Returns the algorithm that all authorities accept for a key of this type, with a digest of the same strength.
     *
     * @throws InvalidConfigurationException if the type of the key is not supported
     */
    static SignatureAlgorithm algorithm(PublicKey publicKey) {
        if (publicKey instanceof RSAPublicKey) {
            return SignatureAlgorithm.RSA_PKCS1_SHA256;
        }
        if (publicKey instanceof ECPublicKey ec) {
            return switch (ec.getParams().getOrder().bitLength()) {
                case 256 -> SignatureAlgorithm.ECDSA_SHA256;
                case 384 -> SignatureAlgorithm.ECDSA_SHA384;
                case 521 -> SignatureAlgorithm.ECDSA_SHA512;
                default -> throw unsupported(publicKey);
            };
        }
        if (publicKey instanceof EdECPublicKey ed && ed.getParams().getName().equals("Ed25519")) {
            return SignatureAlgorithm.ED25519;
        }
        throw unsupported(publicKey);
    }

    private static InvalidConfigurationException unsupported(PublicKey publicKey) {
        return new InvalidConfigurationException(
                "Certification requests support RSA, P-256, P-384, P-521 and Ed25519, but the key has"
                        + " another type: " + publicKey.getAlgorithm() + ".");
    }

    /** Returns PEM (RFC 7468). */
    static String pem(String label, byte[] der) throws IOException {
        StringWriter text = new StringWriter();
        try (PemWriter writer = new PemWriter(text)) {
            writer.writeObject(new PemObject(label, der));
        }
        return text.toString();
    }
}
