package io.github.hsmsigner.service.server;

import io.github.hsmsigner.http.protocol.ErrorResponses;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * Passes {@code POST} on to Javalin and answers every other method. Javalin would take the method from a header of the
 * client, and takes names such as {@code BEFORE} for its own handlers, which answer with an empty 200.
 */
final class PostOnlyHandler extends Handler.Wrapper {

    private static final String METHOD_OVERRIDE = "X-HTTP-Method-Override";

    private final String path;
    private final ServerResponses responses;

    /** Sends 405 on the path and 404 on all others. */
    PostOnlyHandler(String path, ServerResponses responses) {
        this.path = path;
        this.responses = responses;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        if (HttpMethod.POST.is(request.getMethod())) {
            boolean overridden = request.getHeaders().contains(METHOD_OVERRIDE);
            return super.handle(overridden ? new WithoutOverride(request) : request, response, callback);
        }
        String asked = Request.getPathInContext(request);
        boolean known = asked.equals(path) || asked.equals(path + "/");
        return responses.send(
                request,
                response,
                callback,
                id -> known ? ErrorResponses.methodNotAllowed("POST", id) : ServerResponses.ofHttpServer(404, id));
    }

    private static final class WithoutOverride extends Request.Wrapper {

        private final HttpFields headers;

        WithoutOverride(Request request) {
            super(request);
            headers = HttpFields.build(request.getHeaders())
                    .remove(METHOD_OVERRIDE)
                    .asImmutable();
        }

        @Override
        public HttpFields getHeaders() {
            return headers;
        }
    }
}
