package io.github.hsmsigner.core;

import io.github.hsmsigner.core.keystore.KeyStoreSigner;
import io.github.hsmsigner.testing.TestPki;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;

/** Keys in memory with a chain of three each, made once. {@link #SIGNER} is the one of most tests. */
public final class TestKeys {

    public static final TestPki PKI = new TestPki();
    public static final KeyPair KEY_PAIR = TestPki.rsaKeyPair(2048);
    public static final KeyStoreSigner SIGNER = signer(KEY_PAIR);

    private static final Map<SignatureAlgorithm, KeyStoreSigner> SIGNERS = new EnumMap<>(SignatureAlgorithm.class);

    private TestKeys() {}

    /** A key that is at home with the algorithm: for ECDSA on the curve that matches the digest. */
    public static synchronized KeyStoreSigner signerFor(SignatureAlgorithm algorithm) {
        return SIGNERS.computeIfAbsent(algorithm, a -> switch (a) {
            case RSA_PKCS1_SHA256, RSA_PKCS1_SHA384, RSA_PKCS1_SHA512, RSA_PSS_SHA256, RSA_PSS_SHA384, RSA_PSS_SHA512 ->
                SIGNER;
            case ECDSA_SHA256 -> signer(TestPki.keyPair("EC", 256));
            case ECDSA_SHA384 -> signer(TestPki.keyPair("EC", 384));
            case ECDSA_SHA512 -> signer(TestPki.keyPair("EC", 521));
            case ED25519 -> signer(TestPki.keyPair("Ed25519", 255));
        });
    }

    public static KeyStoreSigner signer(KeyPair key) {
        try {
            Path file = Files.createTempFile("signer", ".p12");
            try {
                char[] password = "password".toCharArray();
                PKI.writePkcs12(file, password, key, PKI.certifySigner("Signer", key.getPublic()));
                return KeyStoreSigner.open(file, password);
            } finally {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static Deadline soon() {
        return Deadline.after(Duration.ofSeconds(10));
    }

    public static CertificateChain chain() {
        return SIGNER.certificateChain(KEY_PAIR.getPublic());
    }

    public static SigningKey key(String name) {
        return SigningKey.prove(name, SIGNER, SIGNER, soon());
    }
}
