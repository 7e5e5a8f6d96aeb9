package io.github.hsmsigner.http.protocol;

import java.io.IOException;
import java.io.InputStream;

/**
 * A body to which one block can be returned, to be read again before the rest. While the parser collects a text in
 * memory, the body takes that memory from the budget. Not thread-safe.
 */
final class ResumableBody extends InputStream {

    /**
     * The most bytes of heap for a byte of a text. Two are for each character in the parser's segments, and half of
     * that again while they grow. Two are in the parser's result. Up to three are in the encoded token and its copy.
     */
    private static final int MEMORY_FOR_A_BYTE = 8;

    private final InputStream body;
    private final MemoryBudget.Share memory;
    private boolean collecting;
    private byte[] again;
    private int position;
    private int end;

    ResumableBody(InputStream body, MemoryBudget.Share memory) {
        this.body = body;
        this.memory = memory;
    }

    /** Sets whether the parser collects what it reads next. */
    void collecting(boolean now) {
        collecting = now;
    }

    /**
     * Returns bytes to the body. They are not copied, and must not be changed afterwards.
     *
     * @throws IllegalStateException if some are left that were given back before
     */
    void unread(byte[] octets, int length) {
        if (position < end) {
            throw new IllegalStateException("Bytes that were returned to the body are not read again yet.");
        }
        again = octets;
        position = 0;
        end = length;
    }

    @Override
    public int read() throws IOException {
        return position < end ? again[position++] & 0xFF : body.read();
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        if (position == end) {
            again = null;
            int n = body.read(buffer, offset, length);
            if (collecting && n > 0) {
                memory.take((long) n * MEMORY_FOR_A_BYTE);
            }
            return n;
        }
        int n = Math.min(length, end - position);
        System.arraycopy(again, position, buffer, offset, n);
        position += n;
        return n;
    }
}
