package io.github.hsmsigner.core;

import java.security.MessageDigest;
import java.security.PublicKey;
import java.util.Arrays;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.crypto.DataLengthException;
import org.bouncycastle.crypto.engines.RSAEngine;
import org.bouncycastle.operator.DefaultSignatureAlgorithmIdentifierFinder;

/** RSASSA-PKCS1-v1_5 (RFC 8017, section 8.2). */
final class RsaPkcs1Scheme extends RsaScheme {

    RsaPkcs1Scheme() {
        super("RSA_PKCS1");
    }

    /** RFC 3370, section 3.2: rsaEncryption with NULL, whatever the digest algorithm. */
    @Override
    public AlgorithmIdentifier cmsIdentifier(DigestAlgorithm digestAlgorithm) {
        return new AlgorithmIdentifier(PKCSObjectIdentifiers.rsaEncryption, DERNull.INSTANCE);
    }

    @Override
    public AlgorithmIdentifier x509Identifier(DigestAlgorithm digestAlgorithm) {
        return new DefaultSignatureAlgorithmIdentifierFinder().find(digestAlgorithm.name() + "WITHRSA");
    }

    @Override
    public Verifier verifier() {
        return this::verify;
    }

    /**
     * Verifies as in RFC 8017, section 8.2.2, from a digest. The JCA's own verifiers require the whole message. The
     * lookup of its cipher takes as much heap as the computation.
     */
    private boolean verify(PublicKey key, DigestAlgorithm digestAlgorithm, byte[] digest, byte[] signature) {
        int length = maxSignatureLength(key);
        if (signature.length != length) {
            return false;
        }
        RSAEngine engine = new RSAEngine();
        // The computation is the same as for encryption. In contrast to decryption, the result keeps all its bytes.
        engine.init(true, parameters(key));
        try {
            return MessageDigest.isEqual(
                    encodedMessage(Digest.of(digestAlgorithm, digest), length),
                    engine.processBlock(signature, 0, signature.length));
        } catch (DataLengthException e) {
            // A number that is not below the modulus.
            return false;
        }
    }

    /** EMSA-PKCS1-v1_5 (RFC 8017, section 9.2). */
    private static byte[] encodedMessage(Digest digest, int length) {
        byte[] digestInfo = digest.toDigestInfo();
        byte[] encoded = new byte[length];
        int separator = length - digestInfo.length - 1;
        encoded[1] = 1;
        Arrays.fill(encoded, 2, separator, (byte) 0xFF);
        System.arraycopy(digestInfo, 0, encoded, separator + 1, digestInfo.length);
        return encoded;
    }
}
