package io.github.hsmsigner.http.protocol;

import java.io.IOException;
import java.io.InputStream;

/** A body of which one block can be given back, to be read again before the rest. Costs nothing until then. Not safe for use by several threads. */
final class ResumableBody extends InputStream {

    private final InputStream body;
    private byte[] again;
    private int position;
    private int end;

    ResumableBody(InputStream body) {
        this.body = body;
    }

    /**
     * Gives octets back. They are not copied, and must not be changed afterwards.
     *
     * @throws IllegalStateException if some are left that were given back before
     */
    void unread(byte[] octets, int length) {
        if (position < end) {
            throw new IllegalStateException("Octets that were given back are not all read again.");
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
            return body.read(buffer, offset, length);
        }
        int n = Math.min(length, end - position);
        System.arraycopy(again, position, buffer, offset, n);
        position += n;
        return n;
    }
}
