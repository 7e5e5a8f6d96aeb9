package io.github.hsmsigner.jca;

import io.github.hsmsigner.pkcs11.internal.cryptoki.SameProcess;
import io.github.hsmsigner.pkcs11.softhsm.SoftHsm;
import io.github.hsmsigner.testing.ExternalTool;
import io.github.hsmsigner.testing.TestPki;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;

/** Keys and certificates on a SoftHSM token, through the provider that a URI configures. */
final class HsmKeys implements AutoCloseable {

    static final List<String> ALIASES = List.of("rsa", "p256", "p384", "ed25519");

    final TestPki pki = new TestPki();
    final SoftHsm.Token token = SoftHsm.newToken();
    final SignerProvider provider;

    private final String uri;
    private final SameProcess sameProcess = new SameProcess(SoftHsm.module());
    private final long slot;

    HsmKeys(Path directory) {
        add("rsa", "01", TestPki.rsaKeyPair(2048));
        add("p256", "02", TestPki.keyPair("EC", 256));
        add("p384", "03", TestPki.keyPair("EC", 384));
        add("ed25519", "04", TestPki.keyPair("Ed25519", 255));
        token.importCertificate(pki.intermediate(), "issuer", "10");
        token.importCertificate(pki.root(), "root", "11");
        try {
            Path pin = Files.writeString(directory.resolve("pin"), token.pin());
            uri = "pkcs11:token=" + token.label() + "?module-path=" + SoftHsm.module() + "&pin-source=" + pin;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        slot = slot();
        provider = new SignerProvider().configure(uri);
    }

    private void add(String label, String id, KeyPair key) {
        token.importKey(key, label, id);
        // The name of a host, for the TLS server.
        token.importCertificate(pki.certifySigner("localhost", key.getPublic()), label, id);
    }

    private long slot() {
        // SoftHSM derives the slot id from the serial number: its last eight hexadecimal digits without the first bit.
        String serial = ExternalTool.runOrFail(
                        "pkcs11-tool", "--module", SoftHsm.module().toString(), "--list-token-slots")
                .lines()
                .dropWhile(line -> !line.contains("token label        : " + token.label()))
                .filter(line -> line.contains("serial num"))
                .findFirst()
                .orElseThrow();
        return Long.parseLong(serial.substring(serial.length() - 8), 16) & 0x7fffffff;
    }

    String uri() {
        return uri;
    }

    KeyStore keyStore() {
        return provider.keyStore();
    }

    PrivateKey privateKey(String alias) throws Exception {
        return (PrivateKey) keyStore().getKey(alias, null);
    }

    List<X509Certificate> chain(String alias) throws Exception {
        return Arrays.stream(keyStore().getCertificateChain(alias))
                .map(X509Certificate.class::cast)
                .toList();
    }

    /** Closes all sessions and with them the login, as another program can, or the network of an HSM. */
    void loseSessions() {
        sameProcess.closeAllSessions(slot);
    }

    @Override
    public void close() {
        provider.close();
    }
}
