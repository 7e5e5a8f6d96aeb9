package io.github.hsmsigner.pkcs11.softhsm;

import io.github.hsmsigner.pkcs11.Await;
import io.github.hsmsigner.pkcs11.internal.cryptoki.CryptokiException;
import io.github.hsmsigner.pkcs11.internal.cryptoki.CryptokiModule;
import io.github.hsmsigner.testing.ExternalTool;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * SoftHSM with a token directory of its own for each test process.
 *
 * <p>SoftHSM reads its configuration from the file that SOFTHSM2_CONF names, which the build sets to a place in the build
 * directory; the first use in a process writes that file. A token must be made before the module is initialised: make it before
 * {@code Pkcs11Token.open}, with no other token open.
 */
public final class SoftHsm {

    private static final List<Path> MODULES = List.of(
            Path.of("/usr/lib/softhsm/libsofthsm2.so"), Path.of("/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so"));

    private static boolean configured;

    private SoftHsm() {}

    /** The shared library. */
    public static Path module() {
        return MODULES.stream()
                .filter(Files::exists)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(
                        "SoftHSM is not installed (scripts/test installs it); looked for " + MODULES));
    }

    /** Makes an empty token with a label that no other has. */
    public static Token newToken() {
        return newToken("token-" + UUID.randomUUID().toString().substring(0, 8));
    }

    /** Makes an empty token. */
    public static synchronized Token newToken(String label) {
        configure();
        Token token = new Token(label, "user-" + UUID.randomUUID());
        ExternalTool.runOrFail(
                "softhsm2-util",
                "--init-token",
                "--free",
                "--label",
                label,
                "--so-pin",
                "so-pin",
                "--pin",
                token.pin());
        return token;
    }

    private static void configure() {
        if (configured) {
            return;
        }
        try {
            Path tokens = Files.createTempDirectory(
                    Files.createDirectories(configuration().getParent()), "tokens-");
            writeConfiguration(configuration(), tokens);
            configured = true;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Finalises the module that a closed token left initialised, once its calls have returned. Otherwise new tokens do not show. */
    public static void finalizeLeftModule() {
        Await.until(Duration.ofSeconds(20), "the module is finalised", () -> {
            try {
                return CryptokiModule.open(module()).close(Duration.ofSeconds(1));
            } catch (CryptokiException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    private static Path configuration() {
        String file = System.getenv("SOFTHSM2_CONF");
        if (file == null) {
            throw new IllegalStateException("SOFTHSM2_CONF must name a file to write; the Maven build sets it");
        }
        return Path.of(file);
    }

    /** Writes a configuration for a directory of tokens, as SoftHSM reads it when it is initialised. */
    public static Path writeConfiguration(Path file, Path tokens) {
        try {
            return Files.writeString(
                    file, "directories.tokendir = " + tokens + "\nobjectstore.backend = file\nlog.level = ERROR\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Does something while SoftHSM, once initialised again, has an empty directory of tokens; with no token open. */
    public static synchronized void withoutTokens(Path emptyDirectory, Runnable deed) {
        configure();
        try {
            String before = Files.readString(configuration());
            writeConfiguration(configuration(), emptyDirectory);
            try {
                deed.run();
            } finally {
                Files.writeString(configuration(), before);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A token; its PIN is random, so that a log that holds it is noticed. */
    public record Token(String label, String pin) {

        /** Puts a key pair on the token. */
        public void importKey(KeyPair key, String keyLabel, String hexId) {
            inTempFile(
                    ".pem",
                    pkcs8(key),
                    file -> ExternalTool.runOrFail(
                            "softhsm2-util",
                            "--import",
                            file.toString(),
                            "--token",
                            label,
                            "--label",
                            keyLabel,
                            "--id",
                            hexId,
                            "--pin",
                            pin));
        }

        /** Puts a certificate on the token. */
        public void importCertificate(X509Certificate certificate, String certificateLabel, String hexId) {
            try {
                inTempFile(
                        ".der",
                        certificate.getEncoded(),
                        file -> tool(
                                "--write-object",
                                file.toString(),
                                "--type",
                                "cert",
                                "--label",
                                certificateLabel,
                                "--id",
                                hexId));
            } catch (CertificateEncodingException e) {
                throw new IllegalStateException(e);
            }
        }

        /** Runs OpenSC's pkcs11-tool, logged in to this token. */
        public String tool(String... arguments) {
            Stream<String> login = Stream.of(
                    "pkcs11-tool", "--module", module().toString(), "--token-label", label, "--login", "--pin", pin);
            return ExternalTool.runOrFail(
                    Stream.concat(login, Stream.of(arguments)).toArray(String[]::new));
        }
    }

    private static byte[] pkcs8(KeyPair key) {
        String body = Base64.getMimeEncoder(64, new byte[] {'\n'})
                .encodeToString(key.getPrivate().getEncoded());
        return ("-----BEGIN PRIVATE KEY-----\n" + body + "\n-----END PRIVATE KEY-----\n")
                .getBytes(StandardCharsets.US_ASCII);
    }

    private static void inTempFile(String suffix, byte[] content, Consumer<Path> use) {
        try {
            Path file = Files.createTempFile("softhsm", suffix);
            try {
                Files.write(file, content);
                use.accept(file);
            } finally {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
