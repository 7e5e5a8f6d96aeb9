package io.github.hsmsigner.service.server;

import io.github.hsmsigner.http.protocol.ErrorResponses;
import io.github.hsmsigner.http.protocol.HttpErrorCode;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;
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
 * The endpoints for orchestrators, monitoring and operators. None of them waits for a client or for the HSM, so they
 * come before each step that can wait:
 * <ul>
 *   <li>{@code GET /} and {@code GET /health/live} answer 200 as long as the process runs, even if the HSM fails. A
 *       restart would log in again and does not repair an HSM.
 *   <li>{@code GET /health/ready} reports whether requests can be served.
 *   <li>{@code GET /metrics} serves the metrics.
 *   <li>{@code POST /tokens/NAME/allow-logins} allows logins to a token again, after it rejected several PINs. The admin
 *       port identifies no client, so the endpoint accepts only clients on the same machine, or in the same pod. A
 *       browser there sends {@code Origin} with the requests of a foreign page; such a request is refused, too.
 * </ul>
 */
public final class ManagementEndpoints extends Handler.Wrapper {

    private static final Logger LOG = LoggerFactory.getLogger(ManagementEndpoints.class);
    private static final String JSON = "application/json";
    private static final String METRICS = "/metrics";
    private static final Pattern ALLOW_LOGINS = Pattern.compile("/tokens/([^/]+)/allow-logins");

    /** A page of metrics is held in memory until its client has received it. */
    private static final int MAX_METRICS_RESPONSES = 8;

    private final Map<String, BiFunction<Request, Response, Content>> endpoints = new HashMap<>();
    private final Semaphore metricsResponses = new Semaphore(MAX_METRICS_RESPONSES);
    private final Optional<LoginControl> logins;
    private final ServerResponses responses;

    /** Creates the endpoints of a listener; without sources, only the two of every listener. */
    ManagementEndpoints(Optional<Sources> sources, Optional<LoginControl> logins, ServerResponses responses) {
        this.logins = logins;
        this.responses = responses;
        endpoints.put("/", (request, response) -> status("up"));
        endpoints.put("/health/live", (request, response) -> status("live"));
        sources.ifPresent(from -> {
            endpoints.put("/health/ready", (request, response) -> {
                Health now = from.health().get();
                response.setStatus(now.ready() ? 200 : 503);
                return new Content(JSON, now.json());
            });
            endpoints.put(
                    METRICS,
                    (request, response) ->
                            from.metrics().apply(request.getHeaders().get(HttpHeader.ACCEPT)));
        });
    }

    private static Content status(String status) {
        return new Content(JSON, ("{\"status\":\"" + status + "\"}").getBytes(StandardCharsets.US_ASCII));
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        String path = Request.getPathInContext(request);
        if (endpoints.containsKey(path)) {
            get(path, request, response, callback);
            return true;
        }
        if (logins.isPresent()) {
            Matcher token = ALLOW_LOGINS.matcher(path);
            if (token.matches()) {
                allowLogins(logins.get(), URIUtil.decodePath(token.group(1)), request, response, callback);
                return true;
            }
        }
        return super.handle(request, response, callback);
    }

    private void get(String path, Request request, Response response, Callback callback) {
        if (!HttpMethod.GET.is(request.getMethod()) && !HttpMethod.HEAD.is(request.getMethod())) {
            responses.send(request, response, callback, id -> ErrorResponses.methodNotAllowed("GET, HEAD", id));
            return;
        }
        if (path.equals(METRICS)) {
            if (!metricsResponses.tryAcquire()) {
                responses.send(request, response, callback, ServerResponses::tooManyRequests);
                return;
            }
            Request.addCompletionListener(request, failure -> metricsResponses.release());
        }
        response.setStatus(200);
        send(endpoints.get(path).apply(request, response), request, response, callback);
    }

    private static void send(Content content, Request request, Response response, Callback callback) {
        response.getHeaders().put(HttpHeader.CACHE_CONTROL, "no-store");
        ServerResponses.write(response, callback, content.type(), content.bytes(), ServerResponses.requestId(request));
    }

    private void allowLogins(
            LoginControl control, String token, Request request, Response response, Callback callback) {
        ConnectionMetaData connection = request.getConnectionMetaData();
        if (!isOnThisMachine(connection.getRemoteSocketAddress(), connection.getLocalSocketAddress())
                || request.getHeaders().contains(HttpHeader.ORIGIN)) {
            String text =
                    "This request is accepted from the machine or pod of the service only, and not from web pages.";
            responses.send(request, response, callback, HttpErrorCode.FORBIDDEN, text);
        } else if (!HttpMethod.POST.is(request.getMethod())) {
            responses.send(request, response, callback, id -> ErrorResponses.methodNotAllowed("POST", id));
        } else if (!control.tokens().contains(token)) {
            String text = "The settings have no token of this name; the tokens are " + control.tokens() + ".";
            responses.send(request, response, callback, HttpErrorCode.NOT_FOUND, text);
        } else if (!control.allowLogins(token)) {
            String text = "The token is not open yet, so it has rejected no PIN. GET /health/ready has the reason.";
            responses.send(request, response, callback, HttpErrorCode.UNAVAILABLE, text);
        } else {
            String id = ServerResponses.requestId(request);
            LOG.warn("Token \"{}\": an operator has allowed logins again. Request {}.", token, id);
            response.setStatus(200);
            send(status("logins_allowed"), request, response, callback);
        }
    }

    /** Returns whether a client has an address of this machine: a loopback address, or the one that it connects to. */
    static boolean isOnThisMachine(SocketAddress client, SocketAddress server) {
        return client instanceof InetSocketAddress from
                && server instanceof InetSocketAddress to
                && from.getAddress() != null
                && (from.getAddress().isLoopbackAddress() || from.getAddress().equals(to.getAddress()));
    }

    /** A body and its media type. */
    public record Content(String type, byte[] bytes) {}

    /**
     * The sources of the responses. All parts are thread-safe.
     *
     * @param health returns the health at once from known facts, because each probe calls this, even if the HSM hangs
     * @param metrics returns the metrics in the format for a header {@code Accept}; {@code null} if there is none
     * @param logins for the admin port only
     */
    public record Sources(Supplier<Health> health, Function<String, Content> metrics, LoginControl logins) {}

    /** Allows logins to tokens again, after a token rejected several PINs. Thread-safe; returns at once. */
    public interface LoginControl {

        /** {@return the names of the tokens, in the order of the settings} */
        List<String> tokens();

        /**
         * Allows logins to one of the tokens again. A PIN that the token rejected is still not tried. Returns
         * {@code false} if the token is not open yet, so that nothing was rejected.
         */
        boolean allowLogins(String token);
    }
}
