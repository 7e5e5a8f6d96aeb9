package io.github.hsmsigner.core;

import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.interfaces.RSAPublicKey;
import javax.crypto.BadPaddingException;
import javax.crypto.Cipher;
import javax.crypto.IllegalBlockSizeException;
import org.bouncycastle.crypto.engines.RSAEngine;
import org.bouncycastle.crypto.params.RSAKeyParameters;
import org.bouncycastle.crypto.signers.PSSSigner;
import org.bouncycastle.jcajce.provider.util.DigestFactory;

/** Checks a signature with the public key: what stands between an HSM and the caller. */
final class SignatureVerifier {

    private SignatureVerifier() {}

    /** RFC 8017, section 8.2.2, from a digest: the JCA's own verifiers want the whole message. */
    static boolean pkcs1(PublicKey key, Digest digest, byte[] signature) {
        try {
            Cipher cipher = Cipher.getInstance("RSA/ECB/PKCS1Padding");
            cipher.init(Cipher.DECRYPT_MODE, key);
            return MessageDigest.isEqual(digest.toDigestInfo(), cipher.doFinal(signature));
        } catch (BadPaddingException | IllegalBlockSizeException e) {
            return false;
        } catch (GeneralSecurityException e) {
            throw unusable(e);
        }
    }

    /** RFC 8017, section 8.1.2, from a digest. */
    static boolean pss(PublicKey key, Digest digest, byte[] signature) {
        RSAPublicKey rsaKey = (RSAPublicKey) key;
        org.bouncycastle.crypto.Digest hash =
                DigestFactory.getDigest(digest.algorithm().jcaName());
        PSSSigner verifier = PSSSigner.createRawSigner(
                new RSAEngine(), hash, hash, digest.algorithm().length(), PSSSigner.TRAILER_IMPLICIT);
        verifier.init(false, new RSAKeyParameters(false, rsaKey.getModulus(), rsaKey.getPublicExponent()));
        verifier.update(digest.bytes(), 0, digest.algorithm().length());
        return verifier.verifySignature(signature);
    }

    static boolean ecdsa(PublicKey key, Digest digest, byte[] signature) {
        return EcdsaVerifier.verify(key, digest, signature)
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

    /** The key was proven when it was set up, so this is no fault of the request. */
    private static IllegalStateException unusable(GeneralSecurityException cause) {
        return new IllegalStateException("The public key that was proven at the start cannot verify any more", cause);
    }
}
