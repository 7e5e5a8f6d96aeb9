package io.github.hsmsigner.http.protocol;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * A request body with a limit. Reading fails beyond the limit, independent of the announced length. Not thread-safe.
 */
final class LimitedBody extends FilterInputStream {

    private static final int DISCARD_BUFFER_SIZE = 16 * 1024;

    private final long limit;
    private long count;
    private boolean untouched = true;

    LimitedBody(InputStream body, long limit) {
        super(body);
        this.limit = limit;
    }

    @Override
    public int read() throws IOException {
        untouched = false;
        int octet = super.read();
        if (octet >= 0) {
            count(1);
        }
        return octet;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        untouched = false;
        int n = super.read(buffer, offset, length);
        if (n > 0) {
            count(n);
        }
        return n;
    }

    @Override
    public long skip(long n) throws IOException {
        untouched = false;
        long skipped = super.skip(n);
        count(skipped);
        return skipped;
    }

    /** Reading back would make the count wrong. */
    @Override
    public boolean markSupported() {
        return false;
    }

    private void count(long n) throws BodyTooLargeException {
        count += n;
        if (count > limit) {
            throw new BodyTooLargeException(limit);
        }
    }

    /**
     * Reads and drops what is left, up to so many bytes, past the limit too.
     *
     * @param most how many bytes to read at most
     * @return whether the end of the body was reached
     * @throws IOException if the body cannot be read
     */
    boolean discard(long most) throws IOException {
        if (most <= 0) {
            return false;
        }
        // Most often nothing is left, and a buffer would be for nothing.
        if (in.read() < 0) {
            return true;
        }
        count++;
        byte[] buffer = new byte[DISCARD_BUFFER_SIZE];
        long left = most - 1;
        while (left > 0) {
            int n = in.read(buffer, 0, (int) Math.min(buffer.length, left));
            if (n < 0) {
                return true;
            }
            count += n;
            left -= n;
        }
        return false;
    }

    /**
     * Returns how much was read, or dropped.
     *
     * @return the number of bytes
     */
    long count() {
        return count;
    }

    /**
     * Returns whether no read of the body was tried yet.
     *
     * @return {@code false} once a read was tried
     */
    boolean untouched() {
        return untouched;
    }

    /**
     * Returns whether more was read than is allowed.
     *
     * @return {@code true} once past the limit
     */
    boolean tooLarge() {
        return count > limit;
    }
}
