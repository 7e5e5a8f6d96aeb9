package io.github.hsmsigner.http.javalin;

import io.github.hsmsigner.http.protocol.SlowBodyException;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * The body of a request. The server opens its stream when the body is first read. Opening the stream sends the interim
 * answer 100 to a client that expects it. A request that is refused from its headers must not ask for the body. Reading
 * fails if the client sends too slowly. Not thread-safe.
 */
final class RequestBody extends InputStream {

    private final Supplier<InputStream> source;
    private final BodyPace pace;
    private final LongSupplier nanoTime;
    private InputStream body;
    private long waited;
    private long received;
    private SlowBodyException tooSlow;

    RequestBody(Supplier<InputStream> source, BodyPace pace, LongSupplier nanoTime) {
        this.source = source;
        this.pace = pace;
        this.nanoTime = nanoTime;
    }

    private InputStream body() {
        if (body == null) {
            body = source.get();
        }
        return body;
    }

    @Override
    public int read() throws IOException {
        byte[] octet = new byte[1];
        int n = read(octet, 0, 1);
        return n < 0 ? n : octet[0] & 0xFF;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        if (tooSlow != null) {
            throw tooSlow;
        }
        long begin = nanoTime.getAsLong();
        int n;
        try {
            n = body().read(buffer, offset, length);
        } catch (IOException e) {
            tooSlow = tooSlow(e);
            throw tooSlow == null ? e : tooSlow;
        }
        if (n > 0) {
            check(nanoTime.getAsLong() - begin, n);
        }
        return n;
    }

    /** Returns what was too slow, or null if the body failed for another reason. The server may have wrapped it. */
    private static SlowBodyException tooSlow(IOException failure) {
        if (failure instanceof SlowBodyException slow) {
            return slow;
        }
        if (failure.getCause() instanceof SlowBodyException slow) {
            return slow;
        }
        return failure.getCause() instanceof TimeoutException
                ? new SlowBodyException("The client sent nothing until the idle timeout.", failure)
                : null;
    }

    private void check(long nanos, int bytes) throws SlowBodyException {
        waited += nanos;
        received += bytes;
        if (waited < pace.grace().toNanos()) {
            return;
        }
        double seconds = waited / (double) TimeUnit.SECONDS.toNanos(1);
        if (received < pace.minBytesPerSecond() * seconds) {
            tooSlow = new SlowBodyException(
                    "The client sent " + received + " bytes in " + TimeUnit.NANOSECONDS.toMillis(waited) + " ms.");
            throw tooSlow;
        }
        waited = 0;
        received = 0;
    }
}
