package io.github.hsmsigner.service.server;

import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * Answers requests that Jetty rejects before Javalin sees them, such as a request line that is not HTTP. The answer has
 * the same form as every other error. Jetty would send an HTML page.
 */
final class JettyErrorAnswers implements Request.Handler {

    private final ServerAnswers answers;

    JettyErrorAnswers(ServerAnswers answers) {
        this.answers = answers;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        answers.send(request, response, callback, id -> ServerAnswers.ofHttpServer(response.getStatus(), id));
        return true;
    }
}
