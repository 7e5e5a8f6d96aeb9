package io.github.hsmsigner.core.fetch;

import io.github.hsmsigner.core.Deadline;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodySubscribers;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * HTTP requests that end by their deadline and whose answers are no larger than allowed, whatever the server does.
 *
 * <p>Redirects are not followed: what is fetched here is named in certificates or by the operator. Safe for use by any number of
 * threads at once.
 */
public final class HttpFetcher {

    private static final int OK = 200;
    private static final String TOO_LATE = "no whole answer came in time";

    private final int maxBytes;
    // HTTP/1.1, as the offer to change to HTTP/2 in each plain request confuses some responders and proxies.
    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();

    /**
     * Makes a fetcher.
     *
     * @param maxBytes the largest answer to take, in bytes
     */
    public HttpFetcher(int maxBytes) {
        this.maxBytes = maxBytes;
    }

    /**
     * Fetches a document.
     *
     * @param address where it is; http or https
     * @param deadline by when it must be there
     * @return its octets
     * @throws InterruptedIOException if the thread is interrupted; it stays so, and there is no sense in asking elsewhere
     * @throws IOException if it cannot be had before the deadline; the message names the reason and not the address
     */
    public byte[] get(URI address, Deadline deadline) throws IOException {
        return exchange(request(address).GET(), deadline);
    }

    /**
     * Sends a document and takes the answer.
     *
     * @param address where to; http or https
     * @param headers the headers, Content-Type among them
     * @param body what to send
     * @param deadline by when the answer must be there
     * @return the answer's octets
     * @throws InterruptedIOException if the thread is interrupted; it stays so, and there is no sense in asking elsewhere
     * @throws IOException if it cannot be had before the deadline; the message names the reason and not the address
     */
    public byte[] post(URI address, Map<String, String> headers, byte[] body, Deadline deadline) throws IOException {
        HttpRequest.Builder request = request(address).POST(HttpRequest.BodyPublishers.ofByteArray(body));
        headers.forEach(request::header);
        return exchange(request, deadline);
    }

    /** Addresses come from certificates too, so one that makes no sense is a failed fetch and no mistake of the caller. */
    private static HttpRequest.Builder request(URI address) throws IOException {
        try {
            return HttpRequest.newBuilder(address);
        } catch (IllegalArgumentException e) {
            throw new IOException("the address is not one of HTTP", e);
        }
    }

    private byte[] exchange(HttpRequest.Builder request, Deadline deadline) throws IOException {
        if (Thread.currentThread().isInterrupted()) {
            throw interrupted(null);
        }
        long nanos = deadline.remainingNanos();
        if (nanos == 0) {
            throw new IOException("no time is left");
        }
        // The request's own timeout ends with the headers; the wait below ends with the body.
        request.timeout(Duration.ofNanos(nanos));
        CompletableFuture<HttpResponse<byte[]>> answer = client.sendAsync(request.build(), limited());
        try {
            HttpResponse<byte[]> response = answer.get(nanos, TimeUnit.NANOSECONDS);
            if (response.statusCode() != OK) {
                throw new IOException("the answer has status " + response.statusCode());
            }
            return response.body();
        } catch (TimeoutException e) {
            throw new IOException(TOO_LATE, e);
        } catch (ExecutionException e) {
            throw new IOException(reason(e.getCause()), e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw interrupted(e);
        } finally {
            answer.cancel(true);
        }
    }

    private static InterruptedIOException interrupted(InterruptedException cause) {
        InterruptedIOException failure = new InterruptedIOException("waiting for the answer was interrupted");
        failure.initCause(cause);
        return failure;
    }

    private static String reason(Throwable cause) {
        if (cause instanceof UncheckedIOException own) {
            return own.getCause().getMessage();
        }
        if (cause instanceof HttpTimeoutException && !(cause instanceof HttpConnectTimeoutException)) {
            // The request's own timeout was noticed before that of the wait.
            return TOO_LATE;
        }
        String message = cause.getMessage();
        return cause.getClass().getSimpleName() + (message == null ? "" : ": " + message);
    }

    private BodyHandler<byte[]> limited() {
        return response -> {
            ByteArrayOutputStream body = new ByteArrayOutputStream();
            return BodySubscribers.mapping(
                    BodySubscribers.ofByteArrayConsumer(part -> part.ifPresent(octets -> {
                        if (body.size() + octets.length > maxBytes) {
                            throw new UncheckedIOException(
                                    new IOException("the answer is larger than " + maxBytes + " bytes"));
                        }
                        body.writeBytes(octets);
                    })),
                    nothing -> body.toByteArray());
        };
    }
}
