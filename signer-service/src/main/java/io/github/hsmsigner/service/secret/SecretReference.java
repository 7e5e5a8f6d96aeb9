package io.github.hsmsigner.service.secret;

import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.core.internal.secret.MalformedSecretException;
import io.github.hsmsigner.core.internal.secret.SecretText;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * A secret, or the file that holds it. Immutable; printing it shows the file and nothing of the secret.
 */
public final class SecretReference {

    private static final byte[] PEM = "-----BEGIN ".getBytes(StandardCharsets.US_ASCII);

    private final byte[] octets;
    private final Path file;

    private SecretReference(byte[] octets, Path file) {
        this.octets = octets;
        this.file = file;
    }

    /**
     * Returns a secret that is at hand.
     *
     * @param octets the secret, in UTF-8; copied
     * @return the reference
     */
    public static SecretReference of(byte[] octets) {
        return new SecretReference(octets.clone(), null);
    }

    /**
     * Returns a secret in a file, read again for each use. {@link SecretText} decodes it.
     *
     * @param file the file
     * @return the reference
     */
    public static SecretReference inFile(Path file) {
        return new SecretReference(null, Objects.requireNonNull(file, "file"));
    }

    /**
     * Returns the file that holds the secret.
     *
     * @return the file, or empty if the secret is at hand
     */
    public Optional<Path> file() {
        return Optional.ofNullable(file);
    }

    /**
     * Reads the secret, which is text, in UTF-8. A file is read again each time.
     *
     * @return a copy, which the caller wipes
     * @throws InvalidConfigurationException if the file cannot be read, or the text is refused by {@link SecretText}
     */
    public byte[] read() {
        return SecretText.encode(characters());
    }

    /**
     * Reads the secret, which is text. A file is read again each time.
     *
     * @return a copy, which the caller wipes
     * @throws InvalidConfigurationException if the file cannot be read, or the text is refused by {@link SecretText}
     */
    public char[] characters() {
        return decode(bytes());
    }

    /**
     * Reads a key: text, or random bytes, which are used as they are. A key or certificate in PEM is refused. A file is
     * read again each time.
     *
     * @return a copy, which the caller wipes
     * @throws InvalidConfigurationException if the file cannot be read, or holds text that is refused by
     *     {@link SecretText}
     */
    public byte[] key() {
        byte[] bytes = bytes();
        if (contains(bytes, PEM)) {
            Arrays.fill(bytes, (byte) 0);
            throw new InvalidConfigurationException("The secret in " + place()
                    + " is a key or certificate in PEM. A public key is no secret; use random text.");
        }
        return SecretText.isBinary(bytes) ? bytes : SecretText.encode(decode(bytes));
    }

    private byte[] bytes() {
        if (file == null) {
            return octets.clone();
        }
        try {
            return SecretText.bytes(file);
        } catch (MalformedSecretException e) {
            throw malformed(e);
        } catch (IOException e) {
            throw new InvalidConfigurationException("The secret in " + file + " cannot be read.", e);
        }
    }

    private char[] decode(byte[] bytes) {
        try {
            return SecretText.decode(bytes);
        } catch (MalformedSecretException e) {
            throw malformed(e);
        }
    }

    private static boolean contains(byte[] bytes, byte[] part) {
        return IntStream.rangeClosed(0, bytes.length - part.length)
                .anyMatch(i -> Arrays.equals(bytes, i, i + part.length, part, 0, part.length));
    }

    private String place() {
        return file == null ? "the settings" : file.toString();
    }

    private InvalidConfigurationException malformed(MalformedSecretException e) {
        return new InvalidConfigurationException("The secret in " + place() + " " + e.getMessage() + ".", e);
    }

    @Override
    public String toString() {
        return file == null ? "SecretReference[hidden]" : "SecretReference[" + file + "]";
    }
}
