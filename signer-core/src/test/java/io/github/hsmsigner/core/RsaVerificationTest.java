package io.github.hsmsigner.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.RSAPrivateKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.RSAKeyGenParameterSpec;
import java.security.spec.RSAPublicKeySpec;
import java.util.Arrays;
import org.bouncycastle.crypto.params.RSAKeyParameters;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Signatures that the JDK makes are good; everything that RFC 8017 does not call one is not. */
class RsaVerificationTest {

    private static final byte[] MESSAGE = {1, 2, 3};

    private static KeyPair keyPair(int bits) throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(bits);
        return generator.generateKeyPair();
    }

    @ParameterizedTest
    @CsvSource({"2048, SHA256", "2048, SHA384", "2048, SHA512", "2049, SHA256", "2055, SHA256", "3072, SHA512"})
    void whatTheJdkSignsIsGood(int bits, DigestAlgorithm algorithm) throws GeneralSecurityException {
        KeyPair keys = keyPair(bits);
        Signature signer = Signature.getInstance(algorithm.name() + "withRSA");
        signer.initSign(keys.getPrivate());
        signer.update(MESSAGE);
        byte[] signature = signer.sign();
        Digest digest = Digest.compute(algorithm, MESSAGE);
        assertThat(verify(SignatureScheme.RSA_PKCS1, keys.getPublic(), digest, signature))
                .isTrue();

        for (int i = 0; i < signature.length; i += 15) {
            byte[] changed = signature.clone();
            changed[i] ^= 1;
            assertThat(verify(SignatureScheme.RSA_PKCS1, keys.getPublic(), digest, changed))
                    .as("octet %d changed", i)
                    .isFalse();
        }
        assertThat(verify(
                        SignatureScheme.RSA_PKCS1,
                        keys.getPublic(),
                        Digest.compute(algorithm, new byte[] {9}),
                        signature))
                .isFalse();
        assertThat(verify(SignatureScheme.RSA_PKCS1, keyPair(bits).getPublic(), digest, signature))
                .isFalse();
    }

    @Test
    void whatHasAnotherFormIsNot() throws GeneralSecurityException {
        KeyPair keys = keyPair(2048);
        RSAPublicKey publicKey = (RSAPublicKey) keys.getPublic();
        Digest digest = Digest.compute(DigestAlgorithm.SHA256, MESSAGE);
        byte[] good = encoded(digest.toDigestInfo(), 1, 0xFF);
        assertThat(verifies(keys, digest, good)).as("what the others are like").isTrue();

        assertThat(verifies(keys, digest, encoded(digest.toDigestInfo(), 2, 0xFF)))
                .as("block type 2")
                .isFalse();
        assertThat(verifies(keys, digest, encoded(digest.toDigestInfo(), 1, 0xFE)))
                .as("other padding")
                .isFalse();
        assertThat(verifies(keys, digest, encoded(digest.bytes(), 1, 0xFF)))
                .as("digest without DigestInfo")
                .isFalse();
        byte[] shortened = good.clone();
        // Padding of eight octets, and what is behind the DigestInfo does not count to careless verifiers.
        System.arraycopy(
                good, good.length - digest.toDigestInfo().length - 1, shortened, 10, digest.toDigestInfo().length + 1);
        assertThat(verifies(keys, digest, shortened)).as("short padding").isFalse();

        byte[] signature = signed(keys, good);
        assertThat(verify(SignatureScheme.RSA_PKCS1, publicKey, digest, Arrays.copyOf(signature, 257)))
                .as("too long")
                .isFalse();
        assertThat(verify(SignatureScheme.RSA_PKCS1, publicKey, digest, Arrays.copyOf(signature, 255)))
                .as("too short")
                .isFalse();
        assertThat(verify(SignatureScheme.RSA_PKCS1, publicKey, digest, new byte[0]))
                .as("empty")
                .isFalse();
        assertThat(verify(
                        SignatureScheme.RSA_PKCS1,
                        publicKey,
                        digest,
                        octets(new BigInteger(1, signature).add(publicKey.getModulus()))))
                .as("the same number modulo the modulus")
                .isFalse();
        assertThat(verify(SignatureScheme.RSA_PKCS1, publicKey, digest, octets(publicKey.getModulus())))
                .as("the modulus")
                .isFalse();
    }

    /** That takes far longer than a verification, and the key has proven that it signs. */
    @Test
    void whetherTheModulusIsAnRsaModulusIsNotTestedForEachSignature() throws GeneralSecurityException {
        BigInteger modulus = BigInteger.ONE.shiftLeft(2046).add(BigInteger.ONE).multiply(BigInteger.valueOf(3));
        PublicKey key =
                KeyFactory.getInstance("RSA").generatePublic(new RSAPublicKeySpec(modulus, RSAKeyGenParameterSpec.F4));
        assertThatThrownBy(() -> new RSAKeyParameters(false, modulus, RSAKeyGenParameterSpec.F4))
                .as("what the test finds out at once")
                .hasMessageContaining("small prime factor");
        Digest digest = Digest.compute(DigestAlgorithm.SHA256, MESSAGE);
        assertThat(verify(SignatureScheme.RSA_PKCS1, key, digest, new byte[256]))
                .isFalse();
        assertThat(verify(SignatureScheme.RSA_PSS, key, digest, new byte[256])).isFalse();
    }

    private static byte[] encoded(byte[] content, int type, int padding) {
        byte[] encoded = new byte[256];
        encoded[1] = (byte) type;
        Arrays.fill(encoded, 2, 255 - content.length, (byte) padding);
        System.arraycopy(content, 0, encoded, 256 - content.length, content.length);
        return encoded;
    }

    private static boolean verifies(KeyPair keys, Digest digest, byte[] encoded) {
        return verify(SignatureScheme.RSA_PKCS1, keys.getPublic(), digest, signed(keys, encoded));
    }

    private static byte[] signed(KeyPair keys, byte[] encoded) {
        RSAPrivateKey privateKey = (RSAPrivateKey) keys.getPrivate();
        return octets(new BigInteger(1, encoded).modPow(privateKey.getPrivateExponent(), privateKey.getModulus()));
    }

    /** As many as the modulus has, or one more if the number is too large for that. */
    private static byte[] octets(BigInteger number) {
        int length = Math.max(256, (number.bitLength() + 7) / 8);
        byte[] all = number.toByteArray();
        byte[] octets = new byte[length];
        int n = Math.min(all.length, length);
        System.arraycopy(all, all.length - n, octets, length - n, n);
        return octets;
    }

    private static boolean verify(SignatureScheme scheme, PublicKey key, Digest digest, byte[] signature) {
        return scheme.verifier().verify(key, digest.algorithm(), digest.bytes(), signature);
    }
}
