package io.github.hsmsigner.access;

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
import org.jspecify.annotations.Nullable;

/**
 * A secret, or the file that holds it, which is read again for each use. Each copy is for the caller to wipe. If the file
 * cannot be read or {@link SecretText} refuses the text, reading throws an {@link InvalidConfigurationException}.
 * Immutable; printing it shows the file and nothing of the secret.
 */
public final class Secret {

    private static final byte[] PEM = "-----BEGIN ".getBytes(StandardCharsets.US_ASCII);

    private final byte @Nullable [] bytes;
    private final @Nullable Path file;

    private Secret(byte @Nullable [] bytes, @Nullable Path file) {
        this.bytes = bytes;
        this.file = file;
    }

    /**
     * {@return a copy of a secret in UTF-8, or of a key of random bytes}
     *
     * @param bytes the secret; the caller may overwrite it
     */
    public static Secret of(byte[] bytes) {
        return new Secret(bytes.clone(), null);
    }

    /**
     * {@return a copy of a secret that is text}
     *
     * @param text the secret; the caller may overwrite it
     */
    public static Secret of(char[] text) {
        return new Secret(SecretText.encode(text.clone()), null);
    }

    /**
     * {@return a secret in a file}
     *
     * @param file the file; a line end after the secret does not belong to it
     */
    public static Secret inFile(Path file) {
        return new Secret(null, Objects.requireNonNull(file, "file"));
    }

    /** {@return the file that holds the secret} */
    public Optional<Path> file() {
        return Optional.ofNullable(file);
    }

    /** {@return a copy of the secret, which is text, in UTF-8} */
    public byte[] read() {
        return SecretText.encode(characters());
    }

    /** {@return a copy of the secret, which is text} */
    public char[] characters() {
        return decode(bytes());
    }

    /** {@return a copy of a key: text in UTF-8, or random bytes} A key or certificate in PEM is refused. */
    public byte[] key() {
        byte[] key = bytes();
        if (contains(key, PEM)) {
            Arrays.fill(key, (byte) 0);
            throw new InvalidConfigurationException("The secret in " + place()
                    + " is a key or certificate in PEM. A public key is no secret; use random text.");
        }
        return SecretText.isBinary(key) ? key : SecretText.encode(decode(key));
    }

    private byte[] bytes() {
        if (bytes != null) {
            return bytes.clone();
        }
        try {
            return SecretText.bytes(Objects.requireNonNull(file));
        } catch (MalformedSecretException e) {
            throw malformed(e);
        } catch (IOException e) {
            throw new InvalidConfigurationException("The secret in " + file + " cannot be read.", e);
        }
    }

    private char[] decode(byte[] encoded) {
        try {
            return SecretText.decode(encoded);
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
        return "Secret[" + (file == null ? "hidden" : file) + "]";
    }
}
