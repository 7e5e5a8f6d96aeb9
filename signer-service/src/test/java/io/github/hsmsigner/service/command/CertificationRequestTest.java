package io.github.hsmsigner.service.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hsmsigner.core.SignatureAlgorithm;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.testing.TestPki;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CertificationRequestTest {

    @ParameterizedTest
    @CsvSource({
        "RSA, 2048, RSA_PKCS1_SHA256",
        "EC, 256, ECDSA_SHA256",
        "EC, 384, ECDSA_SHA384",
        "EC, 521, ECDSA_SHA512",
        "Ed25519, 255, ED25519"
    })
    void theDigestHasTheStrengthOfTheKey(String type, int bits, SignatureAlgorithm algorithm) {
        PublicKey key = TestPki.keyPair(type, bits).getPublic();
        assertThat(CertificationRequest.algorithm(key)).isEqualTo(algorithm);
    }

    @ParameterizedTest
    @ValueSource(strings = {"DSA", "Ed448", "X25519"})
    void aKeyOfAnotherTypeIsRejected(String type) throws GeneralSecurityException {
        PublicKey key = KeyPairGenerator.getInstance(type).generateKeyPair().getPublic();
        assertThatThrownBy(() -> CertificationRequest.algorithm(key))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("RSA, P-256, P-384, P-521 and Ed25519")
                .hasMessageEndingWith(key.getAlgorithm() + ".");
    }
}
