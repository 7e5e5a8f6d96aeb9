package io.github.hsmsigner.service.server;

import java.time.Duration;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.Callback;

/**
 * Reads and drops the rest of a request after its response is sent, for a short time and without a thread that waits. If
 * the server closed the connection while the client still sends, the reset could destroy the response.
 */
final class RequestDrainer implements Callback, Runnable {

    private static final long MAX_BYTES = 1024 * 1024;
    private static final Duration MAX_TIME = Duration.ofSeconds(5);

    private final Request request;
    private final Callback callback;
    private final long begin = System.nanoTime();
    private long bytes;

    /** The callback is completed once the rest is read, or is too much. */
    RequestDrainer(Request request, Callback callback) {
        this.request = request;
        this.callback = callback;
    }

    /** The response is sent. */
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
        while (bytes <= MAX_BYTES && System.nanoTime() - begin < MAX_TIME.toNanos()) {
            Content.Chunk chunk = request.read();
            if (chunk == null) {
                request.demand(this);
                return;
            }
            if (Content.Chunk.isFailure(chunk)) {
                break;
            }
            bytes += chunk.remaining();
            chunk.release();
            if (chunk.isLast()) {
                break;
            }
        }
        callback.succeeded();
    }
}
