package io.github.hsmsigner.http.protocol;

import com.fasterxml.jackson.core.Base64Variants;
import com.fasterxml.jackson.core.JsonParser;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Base64;

/**
 * Decodes a long Base64 text in JSON as it arrives. The JSON parser decodes character by character, which for a document of some megabytes takes
 * more time than all else together. So whole blocks are taken from under the parser and decoded by the JDK, as long as they are nothing
 * but Base64; the first one that is not (the end of the text is in it, or a line break, an escape, a mistake) goes back to the parser, which
 * decodes the rest. What is accepted is thus the same either way.
 *
 * <p>Used once, by one thread.
 */
final class ContentsDecoder extends OutputStream {

    /** A whole number of groups of four characters, and more than the parser holds in its own buffer. */
    static final int BLOCK_LENGTH = 16 * 1024;

    private final byte[] block = new byte[BLOCK_LENGTH];
    private final byte[] decoded = new byte[BLOCK_LENGTH / 4 * 3];
    private int length;

    private ContentsDecoder() {}

    /**
     * Decodes the text that the parser is at the start of.
     *
     * @param parser the parser, over the body
     * @param body what the parser reads from
     * @param target where the octets go
     */
    static void decode(JsonParser parser, ResumableBody body, OutputStream target) throws IOException {
        new ContentsDecoder().decodeBlocks(parser, body, target);
        parser.readBinaryValue(Base64Variants.MIME_NO_LINEFEEDS, target);
    }

    private void decodeBlocks(JsonParser parser, ResumableBody body, OutputStream target) throws IOException {
        if (parser.releaseBuffered(this) < 0) {
            // Text that is not UTF-8 goes through characters, which do not come back as octets.
            return;
        }
        try {
            while (fill(body)) {
                int n = Base64.getDecoder().decode(block, decoded);
                target.write(decoded, 0, n);
                length = 0;
            }
        } catch (IllegalArgumentException e) {
            // The usual end: this block is not Base64 alone.
        }
        body.unread(block, length);
    }

    private boolean fill(ResumableBody body) throws IOException {
        while (length < BLOCK_LENGTH) {
            int n = body.read(block, length, BLOCK_LENGTH - length);
            if (n < 0) {
                return false;
            }
            length += n;
        }
        return true;
    }

    @Override
    public void write(int octet) {
        block[length++] = (byte) octet;
    }

    /** What the parser has read already. */
    @Override
    public void write(byte[] octets, int offset, int count) {
        System.arraycopy(octets, offset, block, length, count);
        length += count;
    }
}
