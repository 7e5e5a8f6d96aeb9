package io.github.hsmsigner.service.server;

import io.github.hsmsigner.http.protocol.MemoryBudget;
import io.github.hsmsigner.http.protocol.SlowBodyException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.Invocable;

/**
 * Cuts off bodies that are too slow as a whole, and reads small bodies into memory before the next handler has the
 * request. A slow client therefore takes neither a permit nor a thread. Bodies that are large or do not fit into the
 * memory for requests are passed on as they arrive.
 *
 * <p>Jetty's {@code EagerContentHandler} reads ahead into the buffers of connections, but without a limit for all
 * requests. Its {@code MinimumDataRateHandler} gives a body no time to begin.
 */
final class RequestBodyHandler extends Handler.Wrapper {

    /** The largest body that is read ahead. */
    private static final int MAX_READ_AHEAD = 64 * 1024;

    private final MemoryBudget memory;
    private final ClientLimits limits;
    private final ConnectionLimiter connections;

    RequestBodyHandler(MemoryBudget memory, ClientLimits limits, ConnectionLimiter connections) {
        this.memory = memory;
        this.limits = limits;
        this.connections = connections;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        long length = request.getLength();
        if (length == 0) {
            return super.handle(request, response, callback);
        }
        Body body = new Body(request, memory.newShare(), limits);
        // A client that waits to be asked for its body is asked only if its headers are acceptable.
        if (length > MAX_READ_AHEAD || request.getHeaders().contains(HttpHeader.EXPECT) || body.readAhead()) {
            return super.handle(body, response, callback);
        }
        connections.readingAhead(request, true);
        body.demand(() -> continueReading(body, response, callback));
        return true;
    }

    private void continueReading(Body body, Response response, Callback callback) {
        if (!body.readAhead()) {
            body.demand(() -> continueReading(body, response, callback));
            return;
        }
        connections.readingAhead(body, false);
        try {
            if (!super.handle(body, response, callback)) {
                Response.writeError(body, response, callback, 404);
            }
        } catch (Throwable e) {
            Response.writeError(body, response, callback, e);
        }
    }

    /** A request whose body is measured while it arrives, and fails if it takes too long as a whole. */
    static final class Body extends Request.Wrapper {

        /** Slower bodies may be cut off for another client, in bytes a second. */
        private static final int SLOW_RATE = 64 * 1024;

        /** The time after which it is known how slowly a body arrives. */
        private static final Duration MEASURING_TIME = Duration.ofSeconds(1);

        private final MemoryBudget.Share memory;
        private final ClientLimits limits;
        private final long start = System.nanoTime();
        private final AtomicBoolean isCutOff = new AtomicBoolean();
        private byte[] ahead = {};
        private int aheadLength;
        private Content.Chunk end;
        private volatile long received;
        private volatile boolean waiting;

        private Body(Request request, MemoryBudget.Share memory, ClientLimits limits) {
            super(request);
            this.memory = memory;
            this.limits = limits;
            Request.addCompletionListener(request, failure -> memory.close());
        }

        /** Returns whether the next handler can have the request: the body is in memory, is too large, or failed. */
        private boolean readAhead() {
            while (end == null) {
                Content.Chunk chunk = readFromClient();
                if (chunk == null) {
                    return false;
                }
                if (Content.Chunk.isFailure(chunk)) {
                    end = chunk;
                    return true;
                }
                if (chunk.isLast()) {
                    end = Content.Chunk.EOF;
                }
                boolean kept = keep(chunk);
                chunk.release();
                if (!kept || aheadLength > MAX_READ_AHEAD) {
                    return true;
                }
            }
            return true;
        }

        /** Copies a chunk, because the buffers of connections are larger and would be held until the request ends. */
        private boolean keep(Content.Chunk chunk) {
            int length = chunk.remaining();
            boolean fits = true;
            if (aheadLength + length > ahead.length) {
                int capacity = Math.max(aheadLength + length, chunk.isLast() ? 0 : 2 * ahead.length);
                fits = memory.tryTakeSpare((long) capacity - ahead.length);
                ahead = Arrays.copyOf(ahead, capacity);
            }
            chunk.getByteBuffer().get(ahead, aheadLength, length);
            aheadLength += length;
            return fits;
        }

        @Override
        public Content.Chunk read() {
            if (aheadLength > 0) {
                ByteBuffer bytes = ByteBuffer.wrap(ahead, 0, aheadLength);
                aheadLength = 0;
                ahead = null;
                return Content.Chunk.from(bytes, end == Content.Chunk.EOF);
            }
            return end != null ? end : readFromClient();
        }

        private Content.Chunk readFromClient() {
            Content.Chunk chunk = super.read();
            if (chunk == null || Content.Chunk.isFailure(chunk)) {
                return chunk;
            }
            received += chunk.remaining();
            if (chunk.isLast() || !isBelowMinimumRate()) {
                return chunk;
            }
            chunk.release();
            end = Content.Chunk.from(new SlowBodyException(
                    "The client sent " + received + " bytes in " + elapsed().toMillis() + " ms."));
            return end;
        }

        private Duration elapsed() {
            return Duration.ofNanos(System.nanoTime() - start);
        }

        private boolean isBelowMinimumRate() {
            long millis = elapsed().minus(limits.averageGrace()).toMillis();
            return millis > 0 && received * 1000 < limits.minAverageRate() * millis;
        }

        @Override
        public void demand(Runnable callback) {
            waiting = true;
            super.demand(Invocable.from(Invocable.getInvocationType(callback), () -> {
                waiting = false;
                callback.run();
            }));
        }

        /** Returns the bytes that arrived in a second, on average. */
        double rate() {
            return received * (double) TimeUnit.SECONDS.toNanos(1) / Math.max(1, System.nanoTime() - start);
        }

        /** Returns whether the server waits for the client, which has sent slowly for more than a second. */
        boolean isSlow() {
            return waiting && !isCutOff.get() && elapsed().compareTo(MEASURING_TIME) > 0 && rate() < SLOW_RATE;
        }

        /** Ends the wait for the client, because another one waits for its permit. Returns true for the first call. */
        boolean cutOff() {
            if (!isCutOff.compareAndSet(false, true)) {
                return false;
            }
            fail(new SlowBodyException("Another client waited, and this one had sent " + received + " bytes in "
                    + elapsed().toMillis() + " ms."));
            return true;
        }
    }
}
