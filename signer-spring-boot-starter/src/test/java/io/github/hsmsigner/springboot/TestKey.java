package io.github.hsmsigner.springboot;

import io.github.hsmsigner.pkcs11.softhsm.SoftHsm;
import io.github.hsmsigner.testing.TestPki;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Instant;

/** Keys in files and on tokens, and their URIs. */
final class TestKey {

    static final TestPki PKI = new TestPki();
    static final KeyPair RSA = TestPki.rsaKeyPair(2048);
    static final KeyPair EC = TestPki.keyPair("EC", 256);
    static final String PASSWORD = "correct horse battery";

    private TestKey() {}

    /** Writes a PKCS#12 file, and returns its URI. */
    static String file(Path directory, String name, KeyPair key, X509Certificate certificate) {
        Path file = PKI.writePkcs12(directory.resolve(name + ".p12"), PASSWORD.toCharArray(), key, certificate);
        return "file:" + file + "?password-file=" + write(directory.resolve("password"), PASSWORD);
    }

    static String file(Path directory, String name) {
        return file(directory, name, EC, PKI.certifySigner(name, EC.getPublic()));
    }

    static X509Certificate expired(KeyPair key) {
        Instant now = Instant.now();
        return PKI.certifySigner("Expired", key.getPublic(), now.minusSeconds(7200), now.minusSeconds(3600));
    }

    /** Imports a key with its certificate. */
    static void onToken(SoftHsm.Token token, KeyPair key, String label, String id) {
        token.importKey(key, label, id);
        token.importCertificate(PKI.certifySigner(label, key.getPublic()), label, id);
    }

    static String uri(SoftHsm.Token token, String label, Path directory) {
        Path pin = write(directory.resolve("pin-" + token.label()), token.pin());
        return "pkcs11:token=" + token.label() + ";object=" + label + "?module-path=" + SoftHsm.module()
                + "&pin-source=file:" + pin;
    }

    static Path write(Path file, String text) {
        try {
            return Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
