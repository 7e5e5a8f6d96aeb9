package io.github.hsmsigner.core;

import io.github.hsmsigner.core.error.UnsupportedRequestException;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.PublicKey;
import javax.crypto.BadPaddingException;
import javax.crypto.Cipher;
import javax.crypto.IllegalBlockSizeException;

/** Checks a signature over a digest with the public key: what stands between an HSM and the caller. */
final class SignatureVerifier {

    private SignatureVerifier() {}

    static boolean verifies(PublicKey key, SignatureAlgorithm algorithm, Digest digest, byte[] signature) {
        return switch (algorithm) {
            case RSA_PKCS1_SHA256, RSA_PKCS1_SHA384, RSA_PKCS1_SHA512 -> verifiesPkcs1(key, digest, signature);
        };
    }

    /** RFC 8017, section 8.2.2, from a digest: the JCA's own verifiers want the whole message. */
    private static boolean verifiesPkcs1(PublicKey key, Digest digest, byte[] signature) {
        try {
            Cipher cipher = Cipher.getInstance("RSA/ECB/PKCS1Padding");
            cipher.init(Cipher.DECRYPT_MODE, key);
            return MessageDigest.isEqual(digest.toDigestInfo(), cipher.doFinal(signature));
        } catch (BadPaddingException | IllegalBlockSizeException e) {
            return false;
        } catch (GeneralSecurityException e) {
            throw new UnsupportedRequestException("This Java runtime cannot verify signatures of this key.", e);
        }
    }
}
