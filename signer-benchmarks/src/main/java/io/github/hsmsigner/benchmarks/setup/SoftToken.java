package io.github.hsmsigner.benchmarks.setup;

import io.github.hsmsigner.core.certificate.CertificateFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/**
 * A new token in SoftHSM with a key of each kind, and certificates for them from a separate CA. SoftHSM finds its
 * tokens through the environment variable SOFTHSM2_CONF. It must name a file in the directory of this token, and the
 * file must not exist yet.
 */
public final class SoftToken {

    /** The label of the token. */
    public static final String LABEL = "bench";

    private static final List<Path> MODULES = List.of(
            Path.of("/usr/lib/softhsm/libsofthsm2.so"),
            Path.of("/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so"),
            Path.of("/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so"));

    private final Path directory;
    private final Path module;

    private SoftToken(Path directory, Path module) {
        this.directory = directory;
        this.module = module;
    }

    /**
     * Makes the token, its keys and their certificates.
     *
     * @param directory an empty directory, which they lie in
     * @return the token
     */
    public static SoftToken make(Path directory) {
        SoftToken token = new SoftToken(
                directory,
                MODULES.stream()
                        .filter(Files::exists)
                        .findFirst()
                        .orElseThrow(() -> new IllegalStateException("SoftHSM is not at any of " + MODULES)));
        token.configure();
        token.replacePin("", randomPin());
        Command.run(
                "openssl",
                "req",
                "-x509",
                "-newkey",
                "rsa:2048",
                "-noenc",
                "-days",
                "30",
                "-subj",
                "/CN=Bench CA",
                "-addext",
                "keyUsage=critical,keyCertSign,cRLSign",
                "-keyout",
                token.file("ca.key"),
                "-out",
                token.file("ca.pem"));
        for (KeyKind kind : KeyKind.values()) {
            token.onToken(
                    "--keypairgen",
                    "--key-type",
                    kind.type(),
                    "--label",
                    kind.label(),
                    "--id",
                    kind.id(),
                    "--usage-sign");
            token.onToken(
                    "--read-object",
                    "--type",
                    "pubkey",
                    "--id",
                    kind.id(),
                    "--output-file",
                    token.file(kind.label() + ".pub"));
            token.certify(kind);
        }
        return token;
    }

    private void configure() {
        Path configuration = Path.of(System.getenv("SOFTHSM2_CONF"));
        try {
            Files.createDirectories(directory.resolve("tokens"));
            Files.writeString(
                    configuration,
                    "directories.tokendir = %s%nobjectstore.backend = file%nlog.level = ERROR%n"
                            .formatted(directory.resolve("tokens")));
        } catch (IOException e) {
            throw new UncheckedIOException("The token's directory cannot be made", e);
        }
    }

    /**
     * Issues another certificate for a key, and replaces the present one atomically.
     *
     * @param kind the key
     */
    public void certify(KeyKind kind) {
        try {
            Files.writeString(
                    directory.resolve("extensions"),
                    "keyUsage=critical,digitalSignature,nonRepudiation\nauthorityKeyIdentifier=keyid\n");
            Command.run(
                    "openssl",
                    "x509",
                    "-new",
                    "-force_pubkey",
                    file(kind.label() + ".pub"),
                    "-keyform",
                    "DER",
                    "-subj",
                    "/CN=Bench " + kind.label(),
                    "-days",
                    "30",
                    "-CA",
                    file("ca.pem"),
                    "-CAkey",
                    file("ca.key"),
                    "-extfile",
                    file("extensions"),
                    "-out",
                    file("new.pem"));
            Files.move(directory.resolve("new.pem"), certificate(kind), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException("A certificate cannot be written", e);
        }
    }

    /** Has the token take another PIN, then the file with the PIN. */
    public void changePin() {
        replacePin(pin(), randomPin());
    }

    private void replacePin(String old, String pin) {
        if (old.isEmpty()) {
            Command.run(
                    "softhsm2-util", "--init-token", "--free", "--label", LABEL, "--so-pin", randomPin(), "--pin", pin);
        } else {
            Command.run(
                    Map.of("OLD", old, "NEW", pin),
                    "pkcs11-tool",
                    "--module",
                    module.toString(),
                    "--token-label",
                    LABEL,
                    "--login",
                    "--pin",
                    "env:OLD",
                    "--change-pin",
                    "--new-pin",
                    "env:NEW");
        }
        try {
            Path next = directory.resolve("pin.next");
            Files.writeString(next, pin);
            Files.move(next, pinFile(), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException("The PIN's file cannot be written", e);
        }
    }

    private static String randomPin() {
        byte[] random = new byte[8];
        new SecureRandom().nextBytes(random);
        return HexFormat.of().formatHex(random);
    }

    private void onToken(String... arguments) {
        String[] command = new String[arguments.length + 8];
        String[] begin = {
            "pkcs11-tool", "--module", module.toString(), "--token-label", LABEL, "--login", "--pin", "env:PIN"
        };
        System.arraycopy(begin, 0, command, 0, begin.length);
        System.arraycopy(arguments, 0, command, begin.length, arguments.length);
        Command.run(Map.of("PIN", pin()), command);
    }

    private String file(String name) {
        return directory.resolve(name).toString();
    }

    /**
     * Returns the PKCS#11 module.
     *
     * @return its path
     */
    public Path module() {
        return module;
    }

    /**
     * Returns the file with the PIN.
     *
     * @return its path
     */
    public Path pinFile() {
        return directory.resolve("pin");
    }

    /**
     * Returns the PIN as it is now.
     *
     * @return the PIN
     */
    public String pin() {
        try {
            return Files.readString(pinFile());
        } catch (IOException e) {
            throw new UncheckedIOException("The PIN's file cannot be read", e);
        }
    }

    /**
     * Returns the file with the certificate of a key.
     *
     * @param kind the key
     * @return its path
     */
    public Path certificate(KeyKind kind) {
        return directory.resolve(kind.label() + ".pem");
    }

    /**
     * Returns the certificate of a key, as it is now.
     *
     * @param kind the key
     * @return the certificate
     */
    public X509Certificate readCertificate(KeyKind kind) {
        return CertificateFiles.read(certificate(kind)).get(0);
    }

    /**
     * Returns the file with the CA's certificate.
     *
     * @return its path
     */
    public Path caCertificate() {
        return directory.resolve("ca.pem");
    }

    /**
     * Returns the settings of a service that signs with a key of this token.
     *
     * @param kind the key
     * @return environment variables
     */
    public Map<String, String> settings(KeyKind kind) {
        return Map.of(
                "HSM_MODULE", module.toString(),
                "HSM_PIN_FILE", pinFile().toString(),
                "HSM_TOKEN_LABEL", LABEL,
                "HSM_KEY_LABEL", kind.label(),
                "SIGNING_CERTIFICATE", certificate(kind).toString(),
                "SIGNING_CA_CERTIFICATES", caCertificate().toString());
    }
}
