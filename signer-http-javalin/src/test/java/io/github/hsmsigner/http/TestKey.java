package io.github.hsmsigner.http;

import io.github.hsmsigner.core.AuditLog;
import io.github.hsmsigner.core.ContainerBuilder;
import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.SigningKey;
import io.github.hsmsigner.core.SigningKeys;
import io.github.hsmsigner.core.SigningPolicy;
import io.github.hsmsigner.core.SigningService;
import io.github.hsmsigner.core.cms.CmsContainerBuilder;
import io.github.hsmsigner.core.keystore.KeyStoreSigner;
import io.github.hsmsigner.testing.ExternalTool;
import io.github.hsmsigner.testing.TestPki;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;

/** One certified RSA key, in a PKCS#12 file and in a signing service, and what OpenSSL says of its signatures. */
public final class TestKey {

    public static final String PASSWORD = "PassWord-4f1c-of-the-key-store";

    private static final TestPki PKI = new TestPki();
    private static final KeyPair KEY = TestPki.rsaKeyPair(2048);
    private static final X509Certificate CERTIFICATE = PKI.certifySigner("Test Signer", KEY.getPublic());

    private TestKey() {}

    public static TestPki pki() {
        return PKI;
    }

    public static KeyPair keyPair() {
        return KEY;
    }

    public static X509Certificate certificate() {
        return CERTIFICATE;
    }

    public static Path writeKeyStore(Path directory) {
        return PKI.writePkcs12(directory.resolve("signer.p12"), PASSWORD.toCharArray(), KEY, CERTIFICATE);
    }

    public static SigningService service(Path directory) {
        return service(directory, SigningPolicy.open());
    }

    public static SigningService service(Path directory, SigningPolicy policy) {
        return service(directory, policy, AuditLog.none());
    }

    public static SigningService service(Path directory, SigningPolicy policy, AuditLog audit) {
        return SigningService.builder(SigningKeys.of(key(directory)), new CmsContainerBuilder())
                .policy(policy)
                .audit(audit)
                .build();
    }

    public static SigningService service(Path directory, ContainerBuilder containers) {
        return SigningService.builder(SigningKeys.of(key(directory)), containers)
                .build();
    }

    private static SigningKey key(Path directory) {
        KeyStoreSigner signer = KeyStoreSigner.open(writeKeyStore(directory), PASSWORD.toCharArray());
        return SigningKey.open("test", signer, signer, Deadline.after(Duration.ofSeconds(10)));
    }

    /** Fails unless OpenSSL verifies a bare signature. */
    public static void assertOpensslVerifies(Path directory, byte[] signature, byte[] data, String digestAlgorithm) {
        ExternalTool.runOrFail(
                "openssl",
                "dgst",
                "-" + digestAlgorithm,
                "-verify",
                TestPki.writePem(directory.resolve("public.pem"), KEY.getPublic())
                        .toString(),
                "-signature",
                write(directory.resolve("signature.bin"), signature),
                write(directory.resolve("data.bin"), data));
    }

    /** Fails unless OpenSSL verifies a detached container up to the root; gives what it prints of its structure. */
    public static String assertOpensslVerifiesContainer(Path directory, byte[] container, byte[] contents) {
        String file = write(directory.resolve("container.der"), container);
        ExternalTool.runOrFail(
                "openssl",
                "cms",
                "-verify",
                "-binary",
                "-inform",
                "DER",
                "-in",
                file,
                "-content",
                write(directory.resolve("contents.bin"), contents),
                "-CAfile",
                TestPki.writePem(directory.resolve("root.pem"), PKI.root()).toString(),
                "-purpose",
                "any",
                "-out",
                directory.resolve("verified.bin").toString());
        return ExternalTool.runOrFail("openssl", "cms", "-cmsout", "-print", "-noout", "-inform", "DER", "-in", file);
    }

    private static String write(Path file, byte[] octets) {
        try {
            return Files.write(file, octets).toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
