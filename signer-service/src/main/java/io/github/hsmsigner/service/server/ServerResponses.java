package io.github.hsmsigner.service.server;

import io.github.hsmsigner.core.internal.fetch.PeerText;
import io.github.hsmsigner.http.javalin.RequestIds;
import io.github.hsmsigner.http.protocol.CallbackResponse;
import io.github.hsmsigner.http.protocol.ErrorResponses;
import io.github.hsmsigner.http.protocol.HttpErrorCode;
import java.nio.ByteBuffer;
import java.util.function.Consumer;
import java.util.function.Function;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpHeaderValue;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Sends the responses that the server gives before or instead of the endpoint, reports them to the observer, and logs
 * them with the address of the client. At most 10 lines a second have the level INFO, because any stranger can cause
 * them. No thread waits until the client has received a response. Thread-safe.
 */
final class ServerResponses {

    private static final Logger LOG = LoggerFactory.getLogger(ServerResponses.class);
    private static final int MAX_METHOD_LENGTH = 32;
    private static final int MAX_PATH_LENGTH = 200;

    private final Consumer<CallbackResponse> observer;
    private final LogRateLimiter limiter = new LogRateLimiter(
            LOG,
            "requests",
            "Requests that the server refused were not logged, because there were more than {} a second.",
            System::nanoTime);

    /** Creates the responses of one listener. */
    ServerResponses(Consumer<CallbackResponse> observer) {
        this.observer = observer;
    }

    /** Returns the identifier of the request in logs, from its header or a new one. */
    static String requestId(Request request) {
        return RequestIds.validOrNew(request.getHeaders().get(RequestIds.HEADER));
    }

    /** Returns the response of a server that serves as many requests as it may. */
    static CallbackResponse tooManyRequests(String requestId) {
        return ErrorResponses.of(
                HttpErrorCode.UNAVAILABLE,
                "The signing service is serving as many requests as it may at once.",
                requestId);
    }

    /** Returns the response to a request that Jetty or Javalin rejected, such as one that is not HTTP. */
    static CallbackResponse ofHttpServer(int status, String requestId) {
        HttpErrorCode code = HttpErrorCode.BAD_HTTP_REQUEST;
        String text = "The HTTP server does not accept this request.";
        if (status == 404) {
            code = HttpErrorCode.NOT_FOUND;
            text = "There is nothing at this path.";
        } else if (status == 501) {
            text = "The service knows no transfer coding but chunked.";
        } else if (status >= 500 && status != 505) {
            // Jetty returns 505 for an unknown version of HTTP, which is a fault of the request.
            code = HttpErrorCode.HTTP_SERVER;
            text = "The HTTP server cannot serve this request.";
        }
        return ErrorResponses.of(code, status, text, requestId);
    }

    /** Reports, logs and sends the response that the function creates for the request's identifier. Returns true. */
    boolean send(Request request, Response response, Callback callback, Function<String, CallbackResponse> function) {
        String requestId = requestId(request);
        CallbackResponse answer = function.apply(requestId);
        report(request, requestId, answer);
        response.setStatus(answer.status());
        answer.headers().forEach(response.getHeaders()::put);
        write(response, callback, answer.contentType(), answer.body(), requestId);
        return true;
    }

    /** Reports, logs and sends an error. Returns true. */
    boolean send(Request request, Response response, Callback callback, HttpErrorCode code, String text) {
        return send(request, response, callback, id -> ErrorResponses.of(code, text, id));
    }

    /** Writes a body with the status that is set. */
    static void write(Response response, Callback callback, String contentType, byte[] body, String requestId) {
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, contentType);
        response.getHeaders().put(HttpHeader.CONTENT_LENGTH, body.length);
        response.getHeaders().put("X-Content-Type-Options", "nosniff");
        response.getHeaders().put(RequestIds.HEADER, requestId);
        response.write(true, ByteBuffer.wrap(body), callback);
    }

    /** Sends a response to a request whose body is not read, and closes the connection. Returns true. */
    boolean refuse(Request request, Response response, Callback callback, Function<String, CallbackResponse> answer) {
        response.getHeaders().put(HttpHeader.CONNECTION, HttpHeaderValue.CLOSE);
        return send(request, response, new RequestDrainer(request, callback), answer);
    }

    /** Sends an error to a request whose body is not read, and closes the connection. Returns true. */
    boolean refuse(Request request, Response response, Callback callback, HttpErrorCode code, String text) {
        return refuse(request, response, callback, id -> ErrorResponses.of(code, text, id));
    }

    /**
     * Returns the handler of requests that Jetty rejects before Javalin sees them, such as a request line that is not
     * HTTP. Jetty would send an HTML page.
     */
    Request.Handler errorHandler() {
        return (request, response, callback) ->
                send(request, response, callback, id -> ofHttpServer(response.getStatus(), id));
    }

    /** Reports and logs a response that the caller sends. */
    void report(Request request, String requestId, CallbackResponse answer) {
        observer.accept(answer);
        // The path without its query, which may hold anything.
        LOG.atLevel(limiter.admit() ? Level.INFO : Level.DEBUG)
                .addKeyValue(
                        "client",
                        ClientAddress.text(request.getConnectionMetaData().getRemoteSocketAddress()))
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
