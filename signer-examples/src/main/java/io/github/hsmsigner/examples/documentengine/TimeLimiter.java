package io.github.hsmsigner.examples.documentengine;

import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Runs work on documents on a few threads, and ends waiting at a time limit. Work that ignores interrupts keeps its thread, but never
 * more than these threads. Thread-safe.
 */
final class TimeLimiter implements AutoCloseable {

    private static final int THREADS = 2;
    private static final int QUEUE = 32;

    private final Duration limit;
    private final ThreadPoolExecutor executor;

    TimeLimiter(Duration limit) {
        this.limit = limit;
        this.executor =
                new ThreadPoolExecutor(THREADS, THREADS, 0, TimeUnit.SECONDS, new ArrayBlockingQueue<>(QUEUE), work -> {
                    Thread thread = new Thread(work, "document-views");
                    thread.setDaemon(true);
                    return thread;
                });
    }

    /**
     * Waits for the result of some work.
     *
     * @param name the work in the error message
     * @throws ApiException of the work, or with status 503 if it takes too long
     */
    <T> T call(String name, Callable<T> work) {
        Future<T> result = null;
        try {
            result = executor.submit(work);
            return result.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            throw ApiException.unavailable("The stand-in is busy with other reports and page images.", e);
        } catch (TimeoutException e) {
            result.cancel(true);
            throw ApiException.unavailable(name + " took longer than " + limit.toSeconds() + " seconds.", e);
        } catch (InterruptedException e) {
            result.cancel(true);
            Thread.currentThread().interrupt();
            throw ApiException.unavailable("The stand-in shuts down.", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof ApiException refusal) {
                throw refusal;
            }
            throw new IllegalStateException(name + " failed", e.getCause());
        }
    }

    @Override
    public void close() {
        executor.shutdownNow();
    }
}
