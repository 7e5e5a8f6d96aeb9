package io.github.hsmsigner.http.server;

import io.github.hsmsigner.http.protocol.CallbackAnswer;
import io.github.hsmsigner.http.protocol.ErrorAnswer;
import java.util.function.Consumer;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * Answers what Jetty turns down before Javalin sees it, such as a request line that is not HTTP: in the same shape as every other
 * error, where Jetty would send an HTML page.
 */
final class JettyErrorAnswers implements Request.Handler {

    private final Consumer<CallbackAnswer> observer;

    /** Tells each answer to the observer. */
    JettyErrorAnswers(Consumer<CallbackAnswer> observer) {
        this.observer = observer;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        String requestId = JettyAnswers.requestId(request);
        CallbackAnswer answer = ErrorAnswer.ofHttpServer(response.getStatus(), requestId);
        observer.accept(answer);
        JettyAnswers.send(response, callback, answer, requestId);
        return true;
    }
}
