package io.github.hsmsigner.examples;

import io.github.hsmsigner.pkcs11.softhsm.SoftHsm;
import io.github.hsmsigner.testing.TestPki;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.util.HexFormat;

/** A SoftHSM token with what examples need: keys, their certificates, and the issuers of those. */
public final class ExampleToken {

    private final SoftHsm.Token token = SoftHsm.newToken();
    private final TestPki pki = new TestPki();
    private int ids;

    public ExampleToken() {
        token.importCertificate(pki.intermediate(), "issuer", "f1");
        token.importCertificate(pki.root(), "root", "f2");
    }

    /** Puts a key with a certificate on the token, and gives the certificate. */
    public X509Certificate addKey(String label, KeyPair key) {
        X509Certificate certificate = pki.certifySigner(label, key.getPublic());
        String id = HexFormat.of().toHexDigits((byte) ++ids);
        token.importKey(key, label, id);
        token.importCertificate(certificate, label, id);
        return certificate;
    }

    public SoftHsm.Token token() {
        return token;
    }

    public TestPki pki() {
        return pki;
    }

    /** The root in a file. */
    public Path rootFile(Path directory) {
        return TestPki.writePem(directory.resolve("root.pem"), pki.root());
    }
}
