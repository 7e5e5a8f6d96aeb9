package io.github.hsmsigner.pdf;

import java.io.IOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** A temporary file next to a file, which takes its place when it is complete. Closing deletes the temporary file. */
final class OutputFile implements AutoCloseable {

    private final Path target;
    private final Path temporary;

    OutputFile(Path target) throws IOException {
        this.target = target.toAbsolutePath();
        this.temporary = Files.createTempFile(this.target.getParent(), "." + this.target.getFileName(), ".tmp");
    }

    Path path() {
        return temporary;
    }

    /** Replaces the file. A reader sees the old or the new file. */
    void replaceTarget() throws IOException {
        try {
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(temporary, target, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    @Override
    public void close() throws IOException {
        Files.deleteIfExists(temporary);
    }
}
