package io.github.hsmsigner.core.internal.uri;

import io.github.hsmsigner.core.CertificateProvider;
import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.KeySource;
import io.github.hsmsigner.core.Signer;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.core.internal.secret.MalformedSecretException;
import io.github.hsmsigner.core.internal.secret.SecretText;
import io.github.hsmsigner.core.keystore.KeyStoreSigner;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;

/** The key of a PKCS#12 file, by a URI such as {@code file:/etc/signer/key.p12?password-file=/run/secrets/password}. */
public final class FileKeySource implements KeySource {

    private static final String PASSWORD_FILE = "password-file=";

    private final KeyStoreSigner signer;
    private final String name;

    private FileKeySource(KeyStoreSigner signer, String name) {
        this.signer = signer;
        this.name = name;
    }

    /**
     * The files that a URI names. Immutable.
     *
     * @param file the PKCS#12 file
     * @param passwordFile the file with its password
     */
    public record Location(Path file, Path passwordFile) {

        /**
         * Parses a URI.
         *
         * @param text the URI, with its scheme
         * @return the files, which may not exist
         * @throws InvalidConfigurationException if the URI is malformed. The message shows no value
         */
        public static Location parse(String text) {
            URI uri;
            try {
                uri = new URI(text);
            } catch (URISyntaxException e) {
                throw malformed("it has a character at position " + (e.getIndex() + 1) + " that a URI cannot have");
            }
            if (uri.getPath() == null || !uri.getPath().startsWith("/") || uri.getHost() != null) {
                throw malformed("it has no absolute path on this machine");
            }
            if (uri.getQuery() == null
                    || !uri.getQuery().startsWith(PASSWORD_FILE)
                    || uri.getQuery().contains("&")) {
                throw malformed("it does not name the file of the password");
            }
            return new Location(Path.of(uri.getPath()), Path.of(uri.getQuery().substring(PASSWORD_FILE.length())));
        }
    }

    static FileKeySource open(String text) {
        Location location = Location.parse(text);
        Path file = location.file();
        char[] password = password(location.passwordFile());
        try {
            return new FileKeySource(
                    KeyStoreSigner.open(file, password),
                    file.getFileName().toString().replaceFirst("\\.[^.]*$", ""));
        } finally {
            Arrays.fill(password, '\0');
        }
    }

    private static char[] password(Path file) {
        try {
            return SecretText.decode(SecretText.bytes(file));
        } catch (MalformedSecretException e) {
            throw new InvalidConfigurationException("The password file " + file + " " + e.getMessage() + ".", e);
        } catch (IOException e) {
            throw new InvalidConfigurationException(
                    "The password file " + file + " cannot be read: " + e.getMessage() + ".", e);
        }
    }

    private static InvalidConfigurationException malformed(String what) {
        return new InvalidConfigurationException("The URI of a PKCS#12 file cannot be used: " + what
                + ". Expected is file:/path/key.p12?password-file=/path/password.");
    }

    @Override
    public Map<String, Signer> signers() {
        return Map.of(name, signer);
    }

    @Override
    public CertificateProvider certificates() {
        return signer;
    }

    @Override
    public void close() {
        // The key is in memory only.
    }

    /** Opens {@code file:} URIs. */
    public static final class Provider implements KeySource.Provider {

        /** For {@link java.util.ServiceLoader}. */
        public Provider() {}

        @Override
        public String scheme() {
            return "file";
        }

        @Override
        public KeySource open(String uri, Deadline deadline) {
            return FileKeySource.open(uri);
        }
    }
}
