package io.github.hsmsigner.http.service;

import io.github.hsmsigner.http.javalin.RequestIds;
import io.github.hsmsigner.http.protocol.CallbackAnswer;
import io.github.hsmsigner.http.protocol.ErrorAnswer;
import java.nio.ByteBuffer;
import java.util.UUID;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * Answers what Jetty turns down before Javalin sees it, such as a request line that is not HTTP: in the same shape as every other
 * error, where Jetty would send an HTML page.
 */
final class JettyErrorAnswers implements Request.Handler {

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        String requestId = UUID.randomUUID().toString();
        CallbackAnswer answer = ErrorAnswer.ofHttpServer(response.getStatus(), requestId);
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, answer.contentType());
        response.getHeaders().put(RequestIds.HEADER, requestId);
        answer.headers().forEach(response.getHeaders()::put);
        response.write(true, ByteBuffer.wrap(answer.body()), callback);
        return true;
    }
}
