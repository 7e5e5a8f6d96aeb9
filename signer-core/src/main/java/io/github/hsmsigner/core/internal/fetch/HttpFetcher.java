package io.github.hsmsigner.core.internal.fetch;

import io.github.hsmsigner.core.Deadline;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.URI;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Sends HTTP requests that end by their deadline and limits the size of responses, whatever the server does.
 *
 * <p>Redirects are followed up to three times, and only to http and https, never from https to http. A POST request is repeated only
 * for the statuses 307 and 308. A header Authorization is not sent to another origin. Thread-safe.
 */
public final class HttpFetcher {

    private static final String TOO_LATE = "no whole answer came in time";

    /** Idle threads end after a minute, so there is nothing to close. */
    private final ExecutorService threads = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "http-fetch");
        thread.setDaemon(true);
        return thread;
    });

    private final int maxBytes;
    private final String limitName;

    /**
     * Makes a fetcher.
     *
     * @param maxBytes the largest answer to take, in bytes
     */
    public HttpFetcher(int maxBytes) {
        this(maxBytes, "");
    }

    /**
     * Makes a fetcher that names its limit in error messages.
     *
     * @param maxBytes the largest answer to take, in bytes
     * @param limitName the setting with the limit; empty if there is none
     */
    public HttpFetcher(int maxBytes, String limitName) {
        this.maxBytes = maxBytes;
        this.limitName = limitName;
    }

    /**
     * Fetches a document.
     *
     * @param address where it is; http or https
     * @param deadline by when it must be there
     * @return its bytes
     * @throws InterruptedIOException if the thread is interrupted; it stays so, and there is no sense in asking elsewhere
     * @throws IOException if it is not available before the deadline; the message names the reason and not the address
     */
    public byte[] get(URI address, Deadline deadline) throws IOException {
        return exchange(address, Map.of(), null, deadline);
    }

    /**
     * Sends a document and takes the answer.
     *
     * @param address where to; http or https
     * @param headers the headers, Content-Type among them
     * @param body what to send
     * @param deadline by when the answer must be there
     * @return the answer's bytes
     * @throws InterruptedIOException if the thread is interrupted; it stays so, and there is no sense in asking elsewhere
     * @throws IOException if it is not available before the deadline; the message names the reason and not the address, and of a
     *     redirect's target only the origin
     */
    public byte[] post(URI address, Map<String, String> headers, byte[] body, Deadline deadline) throws IOException {
        return exchange(address, headers, body.clone(), deadline);
    }

    private byte[] exchange(URI address, Map<String, String> headers, byte[] body, Deadline deadline)
            throws IOException {
        if (Thread.currentThread().isInterrupted()) {
            throw interrupted(null);
        }
        long nanos = deadline.remainingNanos();
        if (nanos == 0) {
            throw new IOException("no time is left");
        }
        HttpExchange exchange = new HttpExchange(parse(address), headers, body, deadline, this::read);
        // The JDK's non-blocking client refuses host names with an underscore. A blocked thread ends soon after the
        // deadline: the socket has a timeout, and abort() closes a connection that waits for the headers.
        Future<byte[]> answer = threads.submit(exchange);
        try {
            return answer.get(nanos, TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw new IOException(TOO_LATE + exchange.redirect(), e);
        } catch (ExecutionException e) {
            throw new IOException(reason(e.getCause(), exchange, deadline) + exchange.redirect(), e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw interrupted(e);
        } finally {
            if (!answer.isDone()) {
                threads.execute(exchange::abort);
            }
        }
    }

    /** Addresses come from certificates too, so one that makes no sense is a failed fetch and no mistake of the caller. */
    private static HttpAddress parse(URI address) throws IOException {
        try {
            return HttpAddress.parse(address.toString());
        } catch (IllegalArgumentException e) {
            throw new IOException("the address cannot be used: " + e.getMessage(), e);
        }
    }

    private byte[] read(InputStream in) throws IOException {
        byte[] answer = in.readNBytes(maxBytes);
        if (in.read() >= 0) {
            throw new HttpExchange.Rejection("the answer is larger than " + maxBytes + " bytes"
                    + (limitName.isEmpty() ? "" : "; " + limitName + " sets the limit"));
        }
        return answer;
    }

    private static InterruptedIOException interrupted(InterruptedException cause) {
        InterruptedIOException failure = new InterruptedIOException("waiting for the answer was interrupted");
        failure.initCause(cause);
        return failure;
    }

    private static String reason(Throwable cause, HttpExchange exchange, Deadline deadline) {
        if (cause instanceof HttpExchange.Rejection) {
            return cause.getMessage();
        }
        if (deadline.hasPassed()) {
            // The socket's timeout was noticed before that of the wait.
            return TOO_LATE;
        }
        return ConnectionFailure.inWords(cause, exchange.server());
    }
}
