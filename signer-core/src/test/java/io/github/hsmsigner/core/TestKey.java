package io.github.hsmsigner.core;

import io.github.hsmsigner.core.keystore.KeyStoreSigner;
import io.github.hsmsigner.testing.TestPki;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.util.Set;

/** A key of each type and size that tests sign with; made when it is first asked for, and once for all tests. */
public enum TestKey {
    RSA_2048("RSA", 2048),
    RSA_3072("RSA", 3072),
    RSA_4096("RSA", 4096),
    P_256("EC", 256),
    P_384("EC", 384),
    P_521("EC", 521),
    ED25519("Ed25519", 255);

    /** Whoever certifies these keys. */
    static final TestPki PKI = new TestPki();

    private final String type;
    private final int bits;
    private KeyPair keyPair;
    private KeyStoreSigner signer;

    TestKey(String type, int bits) {
        this.type = type;
        this.bits = bits;
    }

    /** The key alone. */
    public synchronized KeyPair keyPair() {
        if (keyPair == null) {
            keyPair = TestPki.keyPair(type, bits);
        }
        return keyPair;
    }

    /** The key with a certificate of {@link #PKI} and its chain of three. */
    public synchronized KeyStoreSigner signer() {
        if (signer == null) {
            signer = signer(keyPair());
        }
        return signer;
    }

    /** Any key with a certificate of {@link #PKI}. */
    static KeyStoreSigner signer(KeyPair key) {
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

    /** Its certificates. */
    public CertificateChain chain() {
        return signer().certificateChain(keyPair().getPublic());
    }

    /** Everything that it can sign with. */
    public Set<SignatureAlgorithm> algorithms() {
        return SignatureAlgorithm.forKeyType(keyPair().getPublic().getAlgorithm());
    }
}
