package io.github.hsmsigner.pkcs11;

import io.github.hsmsigner.core.internal.secret.MalformedSecretException;
import io.github.hsmsigner.core.internal.secret.SecretText;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;

/** A PIN in a file. */
final class FilePin implements PinSource {

    private final Path file;

    FilePin(Path file) {
        this.file = Objects.requireNonNull(file, "file");
    }

    @Override
    public char[] pin() {
        String source = description();
        try {
            return PinText.require(SecretText.decode(SecretText.bytes(file)), source);
        } catch (MalformedSecretException e) {
            throw PinText.malformed(source, e);
        } catch (IOException e) {
            throw PinText.missing(source + " cannot be read", e);
        }
    }

    @Override
    public String description() {
        return "the file " + file;
    }

    @Override
    public String toString() {
        return "PinSource[file " + file + "]";
    }
}
