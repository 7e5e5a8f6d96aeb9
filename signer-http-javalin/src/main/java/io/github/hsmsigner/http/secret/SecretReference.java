package io.github.hsmsigner.http.secret;

import io.github.hsmsigner.core.error.InvalidConfigurationException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;

/**
 * A secret, or the file that holds it. Immutable; printing it shows the file and nothing of the secret.
 */
public final class SecretReference {

    private static final int MAX_OCTETS = 65_536;

    private final byte[] octets;
    private final Path file;

    private SecretReference(byte[] octets, Path file) {
        this.octets = octets;
        this.file = file;
    }

    /**
     * A secret that is at hand.
     *
     * @param octets the secret; copied
     * @return the reference
     */
    public static SecretReference of(byte[] octets) {
        return new SecretReference(octets.clone(), null);
    }

    /**
     * A secret in a file, read each time a policy is made. One line break at its end does not count.
     *
     * @param file the file
     * @return the reference
     */
    public static SecretReference inFile(Path file) {
        return new SecretReference(null, Objects.requireNonNull(file, "file"));
    }

    /**
     * The file that holds the secret.
     *
     * @return the file, or empty if the secret is at hand
     */
    public Optional<Path> file() {
        return Optional.ofNullable(file);
    }

    /**
     * The secret, from its file anew where it is in one.
     *
     * @return a copy, for the caller to wipe
     * @throws InvalidConfigurationException if the file cannot be read
     */
    public byte[] read() {
        return file == null ? octets.clone() : withoutLineBreak(readFile());
    }

    private byte[] readFile() {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] content = in.readNBytes(MAX_OCTETS + 1);
            if (content.length > MAX_OCTETS) {
                throw new InvalidConfigurationException(
                        "The secret in " + file + " is longer than " + MAX_OCTETS + " octets.");
            }
            return content;
        } catch (IOException e) {
            throw new InvalidConfigurationException("The secret in " + file + " cannot be read.", e);
        }
    }

    private static byte[] withoutLineBreak(byte[] content) {
        int length = content.length;
        if (length > 0 && content[length - 1] == '\n') {
            length--;
            if (length > 0 && content[length - 1] == '\r') {
                length--;
            }
        }
        byte[] secret = Arrays.copyOf(content, length);
        Arrays.fill(content, (byte) 0);
        return secret;
    }

    @Override
    public String toString() {
        return file == null ? "SecretReference[hidden]" : "SecretReference[" + file + "]";
    }
}
