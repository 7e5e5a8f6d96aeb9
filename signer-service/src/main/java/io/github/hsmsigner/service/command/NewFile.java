package io.github.hsmsigner.service.command;

import io.github.hsmsigner.core.error.InvalidConfigurationException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A file that a command creates and that never replaces an existing one. Immutable. */
record NewFile(Path path) {

    NewFile {
        Path directory = path.toAbsolutePath().getParent();
        if (Files.exists(path)) {
            throw new InvalidConfigurationException(path + " exists already, and is not written over.");
        }
        if (!Files.isDirectory(directory) || !Files.isWritable(directory)) {
            throw new InvalidConfigurationException(directory + " is no directory that can be written to.");
        }
    }

    void write(byte[] content) throws IOException {
        Files.write(path, content, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    }
}
