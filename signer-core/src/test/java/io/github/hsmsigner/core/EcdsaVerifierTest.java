package io.github.hsmsigner.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EcdsaVerifierTest {

    private static final byte[] MESSAGE = {1, 2, 3};

    private final EcdsaVerifier verifier = new EcdsaVerifier();

    /** Digests that are shorter and longer than the order of the curve are among these. */
    @ParameterizedTest
    @CsvSource({
        "secp256r1,SHA256", "secp256r1,SHA384", "secp256r1,SHA512",
        "secp384r1,SHA256", "secp384r1,SHA384", "secp384r1,SHA512",
        "secp521r1,SHA256", "secp521r1,SHA384", "secp521r1,SHA512"
    })
    void agreesWithTheJdk(String curve, DigestAlgorithm algorithm) throws GeneralSecurityException {
        KeyPair key = key(curve);
        Digest digest = Digest.compute(algorithm, MESSAGE);
        Digest other = Digest.compute(algorithm, new byte[] {4});
        byte[] signature = sign(key, algorithm);

        assertThat(verifier.verify(key.getPublic(), digest, signature)).contains(true);
        assertThat(verifier.verify(key.getPublic(), other, signature)).contains(false);
        assertThat(verifier.verify(key(curve).getPublic(), digest, signature)).contains(false);
    }

    @Test
    void noOctetOfASignatureCanBeChanged() throws GeneralSecurityException {
        KeyPair key = key("secp256r1");
        Digest digest = Digest.compute(DigestAlgorithm.SHA256, MESSAGE);
        byte[] signature = sign(key, DigestAlgorithm.SHA256);
        for (int i = 0; i < signature.length; i++) {
            byte[] changed = signature.clone();
            changed[i] ^= 1;
            assertThat(verifier.verify(key.getPublic(), digest, changed)).contains(false);
        }
        assertThat(verifier.verify(key.getPublic(), digest, new byte[0])).contains(false);
    }

    /** The verifier makes tables for a key on P-256 after some verifications; the other curves have none. */
    @ParameterizedTest
    @ValueSource(strings = {"secp256r1", "secp384r1", "secp521r1"})
    void aKeyThatIsUsedRepeatedlyHasTheSameResults(String curve) throws GeneralSecurityException {
        KeyPair key = key(curve);
        Digest digest = Digest.compute(DigestAlgorithm.SHA512, MESSAGE);
        Digest other = Digest.compute(DigestAlgorithm.SHA512, new byte[] {4});
        byte[] signature = sign(key, DigestAlgorithm.SHA512);
        for (int i = 0; i < 20; i++) {
            assertThat(verifier.verify(key.getPublic(), digest, signature)).contains(true);
            assertThat(verifier.verify(key.getPublic(), other, signature)).contains(false);
        }
    }

    @Test
    void anotherCurveIsNotItsAffair() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC", new BouncyCastleProvider());
        generator.initialize(new ECGenParameterSpec("secp256k1"));
        Digest digest = Digest.compute(DigestAlgorithm.SHA256, MESSAGE);

        assertThat(verifier.verify(generator.generateKeyPair().getPublic(), digest, new byte[0]))
                .isEmpty();
    }

    @Test
    void manyKeysDoNotConfuseIt() throws GeneralSecurityException {
        Digest digest = Digest.compute(DigestAlgorithm.SHA256, MESSAGE);
        KeyPair first = key("secp256r1");
        byte[] signature = sign(first, DigestAlgorithm.SHA256);
        for (int i = 0; i < 100; i++) {
            KeyPair key = key("secp256r1");
            assertThat(verifier.verify(key.getPublic(), digest, sign(key, DigestAlgorithm.SHA256)))
                    .contains(true);
            assertThat(verifier.verify(key.getPublic(), digest, signature)).contains(false);
        }
        assertThat(verifier.verify(first.getPublic(), digest, signature)).contains(true);
    }

    private static KeyPair key(String curve) throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec(curve));
        return generator.generateKeyPair();
    }

    private static byte[] sign(KeyPair key, DigestAlgorithm algorithm) throws GeneralSecurityException {
        Signature signature = Signature.getInstance(algorithm + "withECDSA");
        signature.initSign(key.getPrivate());
        signature.update(MESSAGE);
        return signature.sign();
    }
}
