package io.github.hsmsigner.http.protocol;

import com.fasterxml.jackson.core.Base64Variants;
import com.fasterxml.jackson.core.JsonParser;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.Base64;

/**
 * A body as the JSON parser reads it. While the parser collects a text in memory, the input takes this memory from the
 * budget. It can decode a long Base64 text below the parser. Not thread-safe.
 */
final class JsonInput extends InputStream {

    /** A whole number of groups of four characters, and more than the parser holds in its own buffer. */
    static final int BLOCK_LENGTH = 16 * 1024;

    /**
     * The most bytes of heap for a byte of a text. Two are for each character in the parser's segments, and half of
     * that again while they grow. Two are in the parser's result. Up to three are in the encoded token and its copy.
     */
    private static final int MEMORY_FOR_A_BYTE = 8;

    private final InputStream body;
    private final MemoryBudget.Share memory;
    /** Whether the parser collects what it reads next. */
    boolean collecting;
    /** Bytes that are read again before the rest of the body. */
    private byte[] unread;

    private int position;
    private int end;

    JsonInput(InputStream body, MemoryBudget.Share memory) {
        this.body = body;
        this.memory = memory;
    }

    @Override
    public int read() throws IOException {
        return position < end ? unread[position++] & 0xFF : body.read();
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        if (position == end) {
            unread = null;
            int n = body.read(buffer, offset, length);
            if (collecting && n > 0) {
                memory.take((long) n * MEMORY_FOR_A_BYTE);
            }
            return n;
        }
        int n = Math.min(length, end - position);
        System.arraycopy(unread, position, buffer, offset, n);
        position += n;
        return n;
    }

    /**
     * Decodes the Base64 text at whose start the parser of this input stands. The parser decodes character by
     * character. For a document of some megabytes, that takes more time than everything else together. Therefore the
     * JDK decodes whole blocks before the parser reads them. The first block that is not pure Base64 goes back to the
     * parser, which decodes the rest. Such a block contains the end of the text, a line break, an escape or a mistake.
     * Both ways accept the same texts.
     */
    void decodeBase64(JsonParser parser, OutputStream target) throws IOException {
        Block block = new Block();
        // Text that is not UTF-8 passes through characters, which cannot be converted back to the same bytes.
        if (parser.releaseBuffered(block) >= 0) {
            block.decode(target);
        }
        parser.readBinaryValue(Base64Variants.MIME_NO_LINEFEEDS, target);
    }

    /** Begins with the bytes that the parser has read already. */
    private final class Block extends ByteArrayOutputStream {

        void decode(OutputStream target) throws IOException {
            byte[] decoded = {};
            try {
                while (fill()) {
                    decoded = decoded.length > 0 ? decoded : new byte[BLOCK_LENGTH / 4 * 3];
                    target.write(decoded, 0, Base64.getDecoder().decode(buf, decoded));
                    reset();
                }
            } catch (IllegalArgumentException e) {
                // The usual end: this block is not Base64 alone.
            }
            if (position < end) {
                throw new IllegalStateException("Bytes that were returned to the input are not read again yet.");
            }
            unread = buf;
            position = 0;
            end = count;
        }

        /** Returns whether the block is full, and not at the end of the body. */
        private boolean fill() throws IOException {
            // At the end of the body, as for a usual raw signature, the block stays as small as its content.
            int next = read();
            if (next < 0) {
                return false;
            }
            write(next);
            buf = buf.length < BLOCK_LENGTH ? Arrays.copyOf(buf, BLOCK_LENGTH) : buf;
            while (count < BLOCK_LENGTH) {
                int n = read(buf, count, BLOCK_LENGTH - count);
                if (n < 0) {
                    return false;
                }
                count += n;
            }
            return true;
        }
    }
}
