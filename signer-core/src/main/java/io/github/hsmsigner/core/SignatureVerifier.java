package io.github.hsmsigner.core;

import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.interfaces.RSAPublicKey;
import java.util.Arrays;
import org.bouncycastle.crypto.DataLengthException;
import org.bouncycastle.crypto.engines.RSAEngine;
import org.bouncycastle.crypto.params.RSAKeyParameters;
import org.bouncycastle.crypto.signers.PSSSigner;
import org.bouncycastle.jcajce.provider.util.DigestFactory;

/** Checks a signature with the public key: what stands between an HSM and the caller. */
final class SignatureVerifier {

    private SignatureVerifier() {}

    /**
     * Verifies as in RFC 8017, section 8.2.2, from a digest. The JCA's own verifiers require the whole message. The
     * lookup of its cipher takes as much heap as the computation.
     */
    static boolean pkcs1(PublicKey key, Digest digest, byte[] signature) {
        RSAKeyParameters parameters = rsaParameters(key);
        int length = (parameters.getModulus().bitLength() + 7) / 8;
        if (signature.length != length) {
            return false;
        }
        RSAEngine engine = new RSAEngine();
        // The computation is the same as for encryption. In contrast to decryption, the result keeps all its bytes.
        engine.init(true, parameters);
        try {
            return MessageDigest.isEqual(
                    encodedMessage(digest, length), engine.processBlock(signature, 0, signature.length));
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

    /**
     * Returns the parameters of a key without BouncyCastle's test of the modulus (small factors, rounds of Miller and
     * Rabin). The key has proven that it signs. The test would run before the JIT compiles it and would make each
     * startup longer.
     */
    private static RSAKeyParameters rsaParameters(PublicKey key) {
        RSAPublicKey rsaKey = (RSAPublicKey) key;
        return new RSAKeyParameters(false, rsaKey.getModulus(), rsaKey.getPublicExponent(), true);
    }

    /** Verifies as in RFC 8017, section 8.1.2, from a digest. */
    static boolean pss(PublicKey key, Digest digest, byte[] signature) {
        org.bouncycastle.crypto.Digest hash =
                DigestFactory.getDigest(digest.algorithm().jcaName());
        PSSSigner verifier = PSSSigner.createRawSigner(
                new RSAEngine(), hash, hash, digest.algorithm().length(), PSSSigner.TRAILER_IMPLICIT);
        verifier.init(false, rsaParameters(key));
        verifier.update(digest.bytes(), 0, digest.algorithm().length());
        return verifier.verifySignature(signature);
    }

    static boolean ecdsa(EcdsaVerifier verifier, PublicKey key, Digest digest, byte[] signature) {
        return verifier.verify(key, digest, signature)
                .orElseGet(() -> jca("NONEwithECDSA", key, digest.bytes(), signature));
    }

    static boolean ed25519(PublicKey key, byte[] message, byte[] signature) {
        return jca("Ed25519", key, message, signature);
    }

    private static boolean jca(String algorithm, PublicKey key, byte[] input, byte[] signature) {
        try {
            Signature verifier = Signature.getInstance(algorithm);
            verifier.initVerify(key);
            verifier.update(input);
            return verifier.verify(signature);
        } catch (SignatureException e) {
            return false;
        } catch (NoSuchAlgorithmException | InvalidKeyException e) {
            throw unusable(e);
        }
    }

    /** Returns the error for an unusable key. The key was proven at its setup, so this is no fault of the request. */
    private static IllegalStateException unusable(GeneralSecurityException cause) {
        return new IllegalStateException("The public key that was proven at startup cannot verify any more", cause);
    }
}
