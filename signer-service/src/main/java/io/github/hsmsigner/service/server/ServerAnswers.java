package io.github.hsmsigner.service.server;

import io.github.hsmsigner.core.internal.fetch.PeerText;
import io.github.hsmsigner.http.protocol.CallbackResponse;
import io.github.hsmsigner.http.protocol.ErrorResponses;
import io.github.hsmsigner.http.protocol.HttpErrorCode;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpHeaderValue;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Sends the answers that the server gives before or instead of the endpoint, reports them to the observer, and logs
 * them with the address of the client. At most 10 lines a second have the level INFO, because any stranger can cause
 * them. Thread-safe.
 */
final class ServerAnswers {

    private static final Logger LOG = LoggerFactory.getLogger(ServerAnswers.class);
    private static final int MAX_METHOD_LENGTH = 32;
    private static final int MAX_PATH_LENGTH = 200;

    private final Consumer<CallbackResponse> observer;
    private final LogRateLimiter limiter;

    /** Creates the answers of one listener. */
    ServerAnswers(Consumer<CallbackResponse> observer, LongSupplier nanoTime) {
        this.observer = observer;
        this.limiter = new LogRateLimiter(
                LOG,
                "requests",
                "Requests that the server refused were not logged, because there were more than {} a second.",
                nanoTime);
    }

    /** Returns the response of a server that serves as many requests as it may. */
    static CallbackResponse tooManyRequests(String requestId) {
        return ErrorResponses.of(
                HttpErrorCode.UNAVAILABLE,
                "The signing service is serving as many requests as it may at once.",
                requestId);
    }

    static CallbackResponse notFound(String requestId) {
        return ErrorResponses.of(HttpErrorCode.NOT_FOUND, "There is nothing at this path.", requestId);
    }

    /** Returns the response to a request that Jetty itself rejected, such as one that is not HTTP. */
    static CallbackResponse ofHttpServer(int status, String requestId) {
        if (status == 501) {
            return ErrorResponses.of(
                    HttpErrorCode.BAD_HTTP_REQUEST,
                    status,
                    "The service knows no transfer coding but chunked.",
                    requestId);
        }
        // Jetty returns 505 for an unknown version of HTTP. That is a fault of the request.
        return status < 500 || status == 505
                ? ErrorResponses.of(
                        HttpErrorCode.BAD_HTTP_REQUEST,
                        status,
                        "The HTTP server does not accept this request.",
                        requestId)
                : ErrorResponses.of(
                        HttpErrorCode.HTTP_SERVER, status, "The HTTP server cannot serve this request.", requestId);
    }

    /** Reports, logs and sends the answer that the function makes for the request's identifier. */
    void send(Request request, Response response, Callback callback, Function<String, CallbackResponse> answer) {
        String requestId = JettyAnswers.requestId(request);
        CallbackResponse made = answer.apply(requestId);
        report(request, requestId, made);
        JettyAnswers.send(response, callback, made, requestId);
    }

    /** Reports, logs and sends an answer to a request whose body is not read, and closes the connection. */
    void refuse(Request request, Response response, Callback callback, Function<String, CallbackResponse> answer) {
        response.getHeaders().put(HttpHeader.CONNECTION, HttpHeaderValue.CLOSE);
        send(request, response, new UnreadBody(request, callback), answer);
    }

    /** Reports and logs an answer that the caller sends. */
    void report(Request request, String requestId, CallbackResponse answer) {
        observer.accept(answer);
        // The path without its query, which may hold anything.
        LOG.atLevel(limiter.admit() ? Level.INFO : Level.DEBUG)
                .addKeyValue("client", ClientAddress.text(request))
                .addKeyValue("method", PeerText.printable(String.valueOf(request.getMethod()), MAX_METHOD_LENGTH))
                .addKeyValue("path", PeerText.printable(path(request), MAX_PATH_LENGTH))
                .addKeyValue("outcome", answer.outcome())
                .addKeyValue("status", answer.status())
                .log("Request {}: {}", requestId, answer.outcome());
    }

    /** Jetty knows no path of a request line that it could not read. */
    private static String path(Request request) {
        String path = request.getHttpURI() == null ? null : request.getHttpURI().getPath();
        return path == null ? "" : path;
    }
}
