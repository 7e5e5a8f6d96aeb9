package io.github.hsmsigner.http.protocol;

import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * The body of a request, within its limits. The server opens its stream at the first read. Reading fails if the body is
 * too large, whatever length was announced, or if the client sends too slowly. Not thread-safe.
 */
final class RequestBody extends InputStream {

    /**
     * The bytes of a body that are still read after its response is known. A client that is cut off while it sends may
     * lose the response. Reading all of a huge body would occupy the service without use.
     */
    private static final long MAX_DISCARDED_BYTES = 64L * 1024 * 1024;

    private static final int DISCARD_BUFFER_SIZE = 16 * 1024;

    private final Supplier<InputStream> source;
    private final long maxBytes;
    private final MinimumDataRate.Meter rate;
    private final LongSupplier nanoTime;
    private InputStream stream;
    private long count;
    private SlowBodyException tooSlow;

    RequestBody(Supplier<InputStream> source, CallbackLimits limits, LongSupplier nanoTime) {
        this.source = source;
        this.maxBytes = limits.maxBodyBytes();
        this.rate = limits.minimumDataRate().new Meter();
        this.nanoTime = nanoTime;
    }

    @Override
    public int read() throws IOException {
        byte[] octet = new byte[1];
        int n = read(octet, 0, 1);
        return n < 0 ? n : octet[0] & 0xFF;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        int n = receive(buffer, offset, length);
        if (isTooLarge()) {
            throw new TooLargeException();
        }
        return n;
    }

    private int receive(byte[] buffer, int offset, int length) throws IOException {
        if (tooSlow != null) {
            throw tooSlow;
        }
        if (stream == null) {
            stream = source.get();
        }
        long begin = nanoTime.getAsLong();
        try {
            int n = stream.read(buffer, offset, length);
            if (n > 0) {
                count += n;
                rate.add(nanoTime.getAsLong() - begin, n);
            }
            return n;
        } catch (IOException e) {
            tooSlow = tooSlow(e);
            throw tooSlow == null ? e : tooSlow;
        }
    }

    /** Returns what was too slow, or null if the body failed for another reason. The server may have wrapped it. */
    private static SlowBodyException tooSlow(IOException failure) {
        Throwable cause = failure instanceof SlowBodyException ? failure : failure.getCause();
        if (cause instanceof SlowBodyException slow) {
            return slow;
        }
        return cause instanceof TimeoutException
                ? new SlowBodyException("The client sent nothing until the idle timeout.", failure)
                : null;
    }

    /** Reads and drops the rest, also beyond the limit, and returns whether the end of the body was reached. */
    boolean discardRest() throws IOException {
        // Usually nothing is left, so that a large buffer would be wasted.
        if (receive(new byte[1], 0, 1) < 0) {
            return true;
        }
        byte[] buffer = new byte[DISCARD_BUFFER_SIZE];
        long left = MAX_DISCARDED_BYTES - 1;
        while (left > 0) {
            int n = receive(buffer, 0, (int) Math.min(buffer.length, left));
            if (n < 0) {
                return true;
            }
            left -= n;
        }
        return false;
    }

    /** Returns the number of bytes that were read or dropped. */
    long count() {
        return count;
    }

    /** Returns whether a read was tried. */
    boolean isOpened() {
        return stream != null;
    }

    boolean isTooLarge() {
        return count > maxBytes;
    }

    /** The body exceeds the limit. */
    static final class TooLargeException extends IOException {

        private static final long serialVersionUID = 1L;
    }
}
