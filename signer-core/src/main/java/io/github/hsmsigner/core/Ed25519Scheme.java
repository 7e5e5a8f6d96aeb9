package io.github.hsmsigner.core;

import java.security.PublicKey;
import org.bouncycastle.asn1.edec.EdECObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;

/** Ed25519 (RFC 8032, section 5.1). The content is hashed with SHA-512, as RFC 8419, section 3, requires. */
final class Ed25519Scheme extends SignatureScheme {

    private static final int SIGNATURE_LENGTH = 64;

    Ed25519Scheme() {
        super("ED25519", "EdDSA", true, DigestAlgorithm.SHA512);
    }

    /** RFC 8419, section 2: parameters absent. */
    @Override
    public AlgorithmIdentifier cmsIdentifier(DigestAlgorithm digestAlgorithm) {
        return new AlgorithmIdentifier(EdECObjectIdentifiers.id_Ed25519);
    }

    @Override
    public int maxSignatureLength(PublicKey key) {
        return SIGNATURE_LENGTH;
    }

    @Override
    public Verifier verifier() {
        return (key, digestAlgorithm, message, signature) -> verifyWithJca("Ed25519", key, message, signature);
    }
}
