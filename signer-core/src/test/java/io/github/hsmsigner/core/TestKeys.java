package io.github.hsmsigner.core;

import io.github.hsmsigner.core.keystore.KeyStoreSigner;
import io.github.hsmsigner.testing.TestPki;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Duration;

/** A key in memory with a chain of three, made once. */
public final class TestKeys {

    public static final TestPki PKI = new TestPki();
    public static final KeyPair KEY_PAIR = TestPki.rsaKeyPair(2048);
    public static final KeyStoreSigner SIGNER = signer();

    private TestKeys() {}

    private static KeyStoreSigner signer() {
        try {
            Path file = Files.createTempFile("signer", ".p12");
            try {
                char[] password = "password".toCharArray();
                PKI.writePkcs12(file, password, KEY_PAIR, PKI.certifySigner("Signer", KEY_PAIR.getPublic()));
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
