package io.github.hsmsigner.service.command;

import io.github.hsmsigner.core.DistinguishedName;
import io.github.hsmsigner.core.SignatureAlgorithm;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.pkcs11.KeyCeremony;
import io.github.hsmsigner.pkcs11.Pkcs11Signer;
import java.io.IOException;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import javax.security.auth.x500.X500Principal;

/** A certification request (RFC 2986) that is to be made. Immutable. */
record CertificationRequest(X500Principal subject, NewFile file) {

    private static final int P_384_BITS = 384;

    CertificationRequest {
        file.require();
    }

    static X500Principal subject(String name) {
        try {
            return DistinguishedName.parse(name).principal();
        } catch (IllegalArgumentException e) {
            throw new InvalidConfigurationException(
                    "The subject must be a distinguished name as in RFC 4514, such as CN=Contracts,O=Example. "
                            + e.getMessage() + ".",
                    e);
        }
    }

    void write(KeyCeremony ceremony, Pkcs11Signer key) throws IOException {
        file.writePem("CERTIFICATE REQUEST", ceremony.certificationRequest(key, algorithm(key.publicKey()), subject));
    }

    /** Returns the algorithm that every authority accepts for a key of this kind, with a digest of equal strength. */
    private static SignatureAlgorithm algorithm(PublicKey publicKey) {
        if (publicKey instanceof RSAPublicKey) {
            return SignatureAlgorithm.RSA_PKCS1_SHA256;
        }
        if (publicKey instanceof ECPublicKey ec) {
            int bits = ec.getParams().getOrder().bitLength();
            if (bits < P_384_BITS) {
                return SignatureAlgorithm.ECDSA_SHA256;
            }
            return bits == P_384_BITS ? SignatureAlgorithm.ECDSA_SHA384 : SignatureAlgorithm.ECDSA_SHA512;
        }
        return SignatureAlgorithm.ED25519;
    }
}
