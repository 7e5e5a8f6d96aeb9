package io.github.hsmsigner.pkcs11;

import java.io.IOException;
import java.nio.file.Files;
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
        try {
            return PinText.decode(Files.readAllBytes(file), "the file " + file);
        } catch (IOException e) {
            throw PinText.missing("the file " + file + " cannot be read", e);
        }
    }

    @Override
    public String toString() {
        return "PinSource[file " + file + "]";
    }
}
