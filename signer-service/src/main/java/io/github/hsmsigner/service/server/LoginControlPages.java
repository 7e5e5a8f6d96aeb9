package io.github.hsmsigner.service.server;

import io.github.hsmsigner.http.protocol.ErrorResponses;
import io.github.hsmsigner.http.protocol.HttpErrorCode;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.server.ConnectionMetaData;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.URIUtil;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code POST /tokens/NAME/allow-logins} allows logins to a token again, after it rejected several PINs.
 *
 * <p>The admin port asks no client who it is. So this is only for clients on the same machine, or in the same pod. A
 * browser there sends {@code Origin} with the requests that a foreign page makes; such a request is refused, too.
 */
final class LoginControlPages extends Handler.Wrapper {

    private static final Logger LOG = LoggerFactory.getLogger(LoginControlPages.class);
    private static final Pattern PATH = Pattern.compile("/tokens/([^/]+)/allow-logins");

    private final LoginControl logins;
    private final ServerAnswers answers;

    LoginControlPages(Handler next, LoginControl logins, ServerAnswers answers) {
        super(next);
        this.logins = logins;
        this.answers = answers;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        Matcher path = PATH.matcher(Request.getPathInContext(request));
        if (!path.matches()) {
            return super.handle(request, response, callback);
        }
        String token = URIUtil.decodePath(path.group(1));
        ConnectionMetaData connection = request.getConnectionMetaData();
        if (!isOnThisMachine(connection.getRemoteSocketAddress(), connection.getLocalSocketAddress())
                || request.getHeaders().contains(HttpHeader.ORIGIN)) {
            answers.send(
                    request,
                    response,
                    callback,
                    id -> ErrorResponses.of(
                            HttpErrorCode.FORBIDDEN,
                            "This request is accepted from the machine or pod of the service only, and not from web pages.",
                            id));
        } else if (!HttpMethod.POST.is(request.getMethod())) {
            answers.send(request, response, callback, id -> ErrorResponses.methodNotAllowed("POST", id));
        } else if (!logins.tokens().contains(token)) {
            answers.send(
                    request,
                    response,
                    callback,
                    id -> ErrorResponses.of(
                            HttpErrorCode.NOT_FOUND,
                            "The settings have no token of this name; the tokens are " + logins.tokens() + ".",
                            id));
        } else if (!logins.allowLogins(token)) {
            answers.send(
                    request,
                    response,
                    callback,
                    id -> ErrorResponses.of(
                            HttpErrorCode.UNAVAILABLE,
                            "The token is not open yet, so it has rejected no PIN. GET /health/ready has the reason.",
                            id));
        } else {
            allowed(token, request, response, callback);
        }
        return true;
    }

    private static void allowed(String token, Request request, Response response, Callback callback)
            throws IOException {
        String requestId = JettyAnswers.requestId(request);
        LOG.warn("Token \"{}\": an operator has allowed logins again. Request {}.", token, requestId);
        response.setStatus(200);
        response.getHeaders().put(HttpHeader.CACHE_CONTROL, "no-store");
        JettyAnswers.send(response, callback, "application/json", HealthAnswer.status("logins_allowed"), requestId);
    }

    /** Returns whether a client has an address of this machine: a loopback address, or the one that it connects to. */
    static boolean isOnThisMachine(SocketAddress client, SocketAddress server) {
        return client instanceof InetSocketAddress from
                && server instanceof InetSocketAddress to
                && from.getAddress() != null
                && (from.getAddress().isLoopbackAddress() || from.getAddress().equals(to.getAddress()));
    }
}
