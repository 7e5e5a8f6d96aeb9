package io.github.hsmsigner.pdf;

import java.io.BufferedOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * A temporary file next to a file, which takes its place when it is complete. It grows by one incremental update after the
 * other. Closing deletes the temporary file.
 */
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

    /** Returns the file to update next: the document, or the temporary file if it has an update already. */
    Path latest(Path document) throws IOException {
        return Files.size(temporary) == 0 ? document : temporary;
    }

    /**
     * Returns a stream for the latest file and its update, in this order, as PDFBox writes them. The temporary file keeps the
     * bytes that it has, and gets the others.
     */
    OutputStream update() throws IOException {
        return new BufferedOutputStream(
                new Remainder(Files.newOutputStream(temporary, StandardOpenOption.APPEND), Files.size(temporary)));
    }

    /** Drops the first bytes. */
    private static final class Remainder extends FilterOutputStream {

        private long dropped;

        Remainder(OutputStream out, long dropped) {
            super(out);
            this.dropped = dropped;
        }

        @Override
        public void write(int value) throws IOException {
            write(new byte[] {(byte) value}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            int skip = (int) Math.min(dropped, length);
            dropped -= skip;
            out.write(bytes, offset + skip, length - skip);
        }
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
