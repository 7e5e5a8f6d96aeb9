package io.github.hsmsigner.service.audit;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/** A line on its way to the disk, and the request that waits for it. */
final class PendingLine {

    private final byte[] body;
    private final boolean awaited;
    private final CompletableFuture<Void> written = new CompletableFuture<>();

    /** Set once: by the writer that takes the line, or by the request that gives it up. */
    private final AtomicBoolean decided = new AtomicBoolean();

    /** Returns a line that a request waits for. */
    PendingLine(byte[] body) {
        this(body, true);
    }

    private PendingLine(byte[] body, boolean awaited) {
        this.body = body;
        this.awaited = awaited;
    }

    /** Returns a line that no request waits for. */
    static PendingLine withoutRequest(byte[] body) {
        return new PendingLine(body, false);
    }

    /** Returns whether a request waits for it, which fails if it cannot be written. */
    boolean awaited() {
        return awaited;
    }

    byte[] body() {
        return body;
    }

    /** Called by the writer. Returns {@code false} if no request waits for the line any more. */
    boolean take() {
        return decided.compareAndSet(false, true);
    }

    void succeeded() {
        written.complete(null);
    }

    void failed(Throwable cause) {
        written.completeExceptionally(cause);
    }

    /** Has an action run on the thread of the writer if the line could not be written. */
    void whenFailed(Consumer<Throwable> action) {
        written.whenComplete((nothing, cause) -> {
            if (cause != null) {
                action.accept(cause);
            }
        });
    }

    /**
     * Waits until the line is on disk. An interrupt does not shorten this. It means that the service stops, and
     * accepted requests must be finished.
     *
     * @throws TimeoutException if the time is over; the writer then never writes a line that it has not taken
     * @throws ExecutionException if it could not be written
     */
    void await(Duration limit) throws TimeoutException, ExecutionException {
        long end = System.nanoTime() + limit.toNanos();
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    written.get(end - System.nanoTime(), TimeUnit.NANOSECONDS);
                    return;
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } catch (TimeoutException e) {
            decided.set(true);
            throw e;
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
