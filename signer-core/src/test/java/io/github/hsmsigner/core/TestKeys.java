package io.github.hsmsigner.core;

import io.github.hsmsigner.core.keystore.KeyStoreSigner;
import io.github.hsmsigner.testing.TestPki;
import java.security.KeyPair;
import java.time.Duration;
import java.util.Map;

/** Shortcuts to {@link TestKey}s; {@link #SIGNER} is the one of most tests. */
public final class TestKeys {

    public static final TestPki PKI = TestKey.PKI;
    public static final KeyPair KEY_PAIR = TestKey.RSA_2048.keyPair();
    public static final KeyStoreSigner SIGNER = TestKey.RSA_2048.signer();

    private TestKeys() {}

    /** A key that is at home with the algorithm: for ECDSA on the curve that matches the digest. */
    public static KeyStoreSigner signerFor(SignatureAlgorithm algorithm) {
        return Map.of(
                        SignatureAlgorithm.ECDSA_SHA256, TestKey.P_256,
                        SignatureAlgorithm.ECDSA_SHA384, TestKey.P_384,
                        SignatureAlgorithm.ECDSA_SHA512, TestKey.P_521,
                        SignatureAlgorithm.ED25519, TestKey.ED25519)
                .getOrDefault(algorithm, TestKey.RSA_2048)
                .signer();
    }

    public static KeyStoreSigner signer(KeyPair key) {
        return TestKey.signer(key);
    }

    public static Deadline soon() {
        return Deadline.after(Duration.ofSeconds(10));
    }

    public static CertificateChain chain() {
        return SIGNER.certificateChain(KEY_PAIR.getPublic());
    }

    public static SigningKey key(String name) {
        return SigningKey.open(name, SIGNER, SIGNER, soon());
    }
}
