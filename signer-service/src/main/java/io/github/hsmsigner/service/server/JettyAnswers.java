package io.github.hsmsigner.service.server;

import io.github.hsmsigner.http.javalin.RequestIds;
import io.github.hsmsigner.http.protocol.CallbackResponse;
import java.nio.ByteBuffer;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** Sends answers through Jetty itself: no thread waits until the client has taken one. */
final class JettyAnswers {

    private JettyAnswers() {}

    /** Returns the identifier of the request in logs, from its header or a new one. */
    static String requestId(Request request) {
        return RequestIds.validOrNew(request.getHeaders().get(RequestIds.HEADER));
    }

    /** Sends an answer with the status that it has. */
    static void send(Response response, Callback callback, CallbackResponse answer, String requestId) {
        response.setStatus(answer.status());
        answer.headers().forEach(response.getHeaders()::put);
        send(response, callback, answer.contentType(), answer.body(), requestId);
    }

    /** Sends a body with the status that is set. */
    static void send(Response response, Callback callback, String contentType, byte[] body, String requestId) {
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, contentType);
        response.getHeaders().put(HttpHeader.CONTENT_LENGTH, body.length);
        response.getHeaders().put("X-Content-Type-Options", "nosniff");
        response.getHeaders().put(RequestIds.HEADER, requestId);
        response.write(true, ByteBuffer.wrap(body), callback);
    }
}
