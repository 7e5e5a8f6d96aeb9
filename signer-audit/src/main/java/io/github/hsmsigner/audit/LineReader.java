package io.github.hsmsigner.audit;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.zip.GZIPInputStream;

/** Reads a file line by line in constant memory; one that was compressed with gzip too. Not thread-safe. */
final class LineReader implements Closeable {

    /** The results of {@link #next}. */
    enum Kind {
        LINE,
        /** A line longer than any of an audit log. */
        TOO_LONG,
        /** Bytes without a line end, at the end of the file. */
        UNFINISHED,
        END
    }

    private final InputStream in;
    private final byte[] block = new byte[64 * 1024];
    private int blockLength;
    private int position;
    private final byte[] line = new byte[HashChainLine.MAX_LENGTH];
    private int length;

    private LineReader(InputStream in) {
        this.in = in;
    }

    static LineReader open(Path file) throws IOException {
        InputStream raw = Files.newInputStream(file);
        try {
            PushbackInputStream start = new PushbackInputStream(raw, 2);
            byte[] magic = start.readNBytes(2);
            start.unread(magic);
            boolean compressed =
                    magic.length == 2 && (magic[0] & 0xff | (magic[1] & 0xff) << 8) == GZIPInputStream.GZIP_MAGIC;
            return new LineReader(compressed ? new GZIPInputStream(start) : start);
        } catch (IOException e) {
            raw.close();
            throw e;
        }
    }

    /** Returns the first line of a file; empty if there is none, or it is no line of an audit log. */
    static Optional<HashChainLine> firstLine(Path file) throws IOException {
        try (LineReader reader = open(file)) {
            return reader.next() == Kind.LINE ? reader.line() : Optional.empty();
        }
    }

    /** Reads one line. */
    Kind next() throws IOException {
        length = 0;
        boolean tooLong = false;
        while (position < blockLength || fill()) {
            int end = position;
            while (end < blockLength && block[end] != HashChainLine.LINE_END) {
                end++;
            }
            int fits = Math.min(end - position, line.length - length);
            System.arraycopy(block, position, line, length, fits);
            length += fits;
            tooLong |= fits < end - position;
            position = end + 1;
            if (end < blockLength) {
                return tooLong ? Kind.TOO_LONG : Kind.LINE;
            }
        }
        return length == 0 ? Kind.END : Kind.UNFINISHED;
    }

    private boolean fill() throws IOException {
        position = 0;
        blockLength = Math.max(0, in.read(block));
        return blockLength > 0;
    }

    /** Returns the line that was read; empty if it is no line of an audit log. */
    Optional<HashChainLine> line() {
        return HashChainLine.parse(line, length);
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
