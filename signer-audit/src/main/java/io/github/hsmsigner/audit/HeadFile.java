package io.github.hsmsigner.audit;

import io.github.hsmsigner.core.error.InvalidConfigurationException;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The last line of the chain, in a separate file. The file is written after the line is on disk, so it is never ahead
 * of the log. The write does not wait for the disk, so the file may be behind after a power failure. It continues the
 * chain after the log was moved away. At the next startup it reveals that lines were cut off at the end. Used under the
 * lock of {@link RotatingLogFile}.
 */
record HeadFile(Path file, FileChannel channel) implements Closeable {

    private static final Logger LOG = LoggerFactory.getLogger(HeadFile.class);
    private static final int LIMIT = 128;

    static HeadFile open(Path file) throws IOException {
        return new HeadFile(file, AuditFiles.openOrCreate(file));
    }

    Optional<AuditAnchor> read() throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(LIMIT);
        while (buffer.hasRemaining() && channel.read(buffer, buffer.position()) >= 0) {
            // Until the end of the file or of the buffer.
        }
        String text = new String(buffer.array(), 0, buffer.position(), StandardCharsets.US_ASCII);
        try {
            return text.isEmpty() ? Optional.empty() : Optional.of(AuditAnchor.parse(text));
        } catch (InvalidConfigurationException e) {
            LOG.warn("{} is damaged and not used: it should hold the number and the hash of the last line.", file);
            return Optional.empty();
        }
    }

    /** Writes in place and always the same length, so that a full disk has room for it. */
    void write(AuditAnchor last) throws IOException {
        String text = String.format(Locale.ROOT, "%019d:%s%n", last.sequence(), last.hash());
        ByteBuffer buffer = ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
        while (buffer.hasRemaining()) {
            channel.write(buffer, buffer.position());
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
