package io.github.hsmsigner.http.protocol;

import com.fasterxml.jackson.core.Base64Variants;
import com.fasterxml.jackson.core.JsonParser;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Base64;

/**
 * Decodes a long Base64 text in JSON as it arrives. The JSON parser decodes character by character. For a document of
 * some megabytes, that takes more time than everything else together. Therefore this class takes whole blocks before
 * the parser reads them, and the JDK decodes them. The first block that is not pure Base64 goes back to the parser,
 * which decodes the rest. Such a block contains the end of the text, a line break, an escape or a mistake. Both ways
 * accept the same texts.
 *
 * <p>Used once. Not thread-safe.
 */
final class ContentsDecoder extends OutputStream {

    /** A whole number of groups of four characters, and more than the parser holds in its own buffer. */
    static final int BLOCK_LENGTH = 16 * 1024;

    private final byte[] block = new byte[BLOCK_LENGTH];
    private final byte[] decoded = new byte[BLOCK_LENGTH / 4 * 3];
    private int length;

    private ContentsDecoder() {}

    /**
     * Decodes the text at whose start the parser stands.
     *
     * @param parser the parser, over the body
     * @param body the body that the parser reads
     * @param target receives the decoded bytes
     */
    static void decode(JsonParser parser, ResumableBody body, OutputStream target) throws IOException {
        new ContentsDecoder().decodeBlocks(parser, body, target);
        parser.readBinaryValue(Base64Variants.MIME_NO_LINEFEEDS, target);
    }

    private void decodeBlocks(JsonParser parser, ResumableBody body, OutputStream target) throws IOException {
        if (parser.releaseBuffered(this) < 0) {
            // Text that is not UTF-8 passes through characters, which cannot be converted back to the same bytes.
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

    /** Receives the bytes that the parser has read already. */
    @Override
    public void write(byte[] octets, int offset, int count) {
        System.arraycopy(octets, offset, block, length, count);
        length += count;
    }
}
