package io.github.hsmsigner.core;

import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.operator.DefaultSignatureAlgorithmIdentifierFinder;

/** ECDSA (FIPS 186-5, section 6). */
final class EcdsaScheme extends SignatureScheme {

    EcdsaScheme() {
        super("ECDSA", "EC", false, DigestAlgorithm.values());
    }

    /** RFC 5754, section 3.3: parameters absent. */
    @Override
    public AlgorithmIdentifier cmsIdentifier(DigestAlgorithm digestAlgorithm) {
        return new DefaultSignatureAlgorithmIdentifierFinder().find(digestAlgorithm.name() + "WITHECDSA");
    }

    @Override
    public int maxSignatureLength(PublicKey key) {
        return EcdsaSignature.maxDerLength(((ECPublicKey) key).getParams().getOrder());
    }

    @Override
    public Verifier verifier() {
        EcdsaVerifier verifier = new EcdsaVerifier();
        return (key, digestAlgorithm, digest, signature) -> verifier.verify(
                        key, Digest.of(digestAlgorithm, digest), signature)
                .orElseGet(() -> verifyWithJca("NONEwithECDSA", key, digest, signature));
    }
}
