package io.github.hsmsigner.core;

import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.core.internal.key.SubjectPublicKeys;
import java.security.PublicKey;
import java.security.interfaces.RSAPublicKey;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.edec.EdECObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.RSASSAPSSparams;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;

/** Rules for keys: RSA of 2048 to 8192 bits, P-256, P-384, P-521 or Ed25519, and only algorithms that the key's identifier allows. */
final class KeyRequirements {

    private static final int MIN_RSA_BITS = 2048;
    private static final int MAX_RSA_BITS = 8192;

    private KeyRequirements() {}

    static void check(PublicKey key) {
        if (key instanceof RSAPublicKey rsaKey) {
            int bits = rsaKey.getModulus().bitLength();
            if (bits < MIN_RSA_BITS || bits > MAX_RSA_BITS) {
                throw new InvalidConfigurationException("An RSA key of " + MIN_RSA_BITS + " to " + MAX_RSA_BITS
                        + " bits is needed; this one has " + bits + ".");
            }
            return;
        }
        Optional<String> otherCurve = SubjectPublicKeys.otherCurve(key);
        boolean ec = key.getAlgorithm().equals("EC");
        boolean ed25519 = SubjectPublicKeyInfo.getInstance(key.getEncoded())
                .getAlgorithm()
                .getAlgorithm()
                .equals(EdECObjectIdentifiers.id_Ed25519);
        if (otherCurve.isPresent() || !ec && !ed25519) {
            throw new InvalidConfigurationException(
                    "A key of type RSA, EC on P-256, P-384 or P-521, or Ed25519 is needed;"
                            + " this one is of type " + key.getAlgorithm()
                            + otherCurve.map(curve -> " on " + curve).orElse("") + ".");
        }
    }

    /**
     * Returns whether a key's identifier allows a scheme and digest algorithm (RFC 4055, section 1.2). A key with the
     * identifier id-RSASSA-PSS makes only RSASSA-PSS signatures, and with parameters only those with their digest
     * algorithm.
     *
     * @param key the key, as a certificate holds it
     * @param algorithm the algorithm
     * @return {@code true} if verifiers accept signatures with the algorithm
     */
    static boolean allows(PublicKey key, SignatureAlgorithm algorithm) {
        if (!key.getAlgorithm().equals("RSASSA-PSS")) {
            return true;
        }
        ASN1Encodable parameters = SubjectPublicKeyInfo.getInstance(key.getEncoded())
                .getAlgorithm()
                .getParameters();
        return algorithm.scheme() == SignatureScheme.RSA_PSS
                && (parameters == null || allows(RSASSAPSSparams.getInstance(parameters), algorithm.digestAlgorithm()));
    }

    /** The mask is made with the same digest algorithm as the hash, and the salt is as long as the hash. */
    private static boolean allows(RSASSAPSSparams parameters, DigestAlgorithm digestAlgorithm) {
        ASN1ObjectIdentifier hash = new ASN1ObjectIdentifier(digestAlgorithm.oid());
        return hash.equals(parameters.getHashAlgorithm().getAlgorithm())
                && hash.equals(AlgorithmIdentifier.getInstance(
                                parameters.getMaskGenAlgorithm().getParameters())
                        .getAlgorithm())
                && parameters.getSaltLength().intValueExact() <= digestAlgorithm.length();
    }
}
