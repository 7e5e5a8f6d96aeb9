package io.github.hsmsigner.service.server;

import java.time.Duration;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.Callback;

/**
 * Takes what a client still sends after its answer is out, for a little while and without a thread that waits. A
 * connection that is closed while the client sends is reset, and the answer that says why may be lost with it.
 */
final class UnreadBody implements Callback, Runnable {

    private static final long MOST_BYTES = 1024 * 1024;
    private static final Duration LONGEST = Duration.ofSeconds(5);

    private final Request request;
    private final Callback callback;
    private final long begin = System.nanoTime();
    private long bytes;

    /** The callback is completed once the rest is read, or is too much. */
    UnreadBody(Request request, Callback callback) {
        this.request = request;
        this.callback = callback;
    }

    /** The answer is out. */
    @Override
    public void succeeded() {
        run();
    }

    @Override
    public void failed(Throwable failure) {
        callback.failed(failure);
    }

    @Override
    public void run() {
        while (bytes <= MOST_BYTES && System.nanoTime() - begin < LONGEST.toNanos()) {
            Content.Chunk chunk = request.read();
            if (chunk == null) {
                request.demand(this);
                return;
            }
            if (Content.Chunk.isFailure(chunk)) {
                break;
            }
            bytes += chunk.remaining();
            boolean last = chunk.isLast();
            chunk.release();
            if (last) {
                break;
            }
        }
        callback.succeeded();
    }
}
