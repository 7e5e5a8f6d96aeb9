package io.github.hsmsigner.service.server;

import io.github.hsmsigner.http.protocol.HttpErrorCode;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * Refuses requests that a web page makes a browser send, also by DNS rebinding, and requests for other hosts. Browsers
 * add {@code Origin} to every request but GET and HEAD (Fetch standard, "append a request Origin header"), and
 * {@code Sec-Fetch-Site} to requests to trustworthy addresses (Fetch Metadata). GET and HEAD change nothing and pass.
 * The other headers of Fetch Metadata are no sign of a browser: the {@code fetch} of Node.js sends
 * {@code Sec-Fetch-Mode}.
 */
final class RequestOriginHandler extends Handler.Wrapper {

    private static final String FETCH_SITE = "Sec-Fetch-Site";

    private final Set<String> allowedHosts;
    private final ServerResponses responses;

    /** Accepts requests for these hosts; for any host if there are none. */
    RequestOriginHandler(Set<String> allowedHosts, ServerResponses responses) {
        this.allowedHosts =
                allowedHosts.stream().map(RequestOriginHandler::normalized).collect(Collectors.toUnmodifiableSet());
        this.responses = responses;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        if (HttpMethod.GET.is(request.getMethod()) || HttpMethod.HEAD.is(request.getMethod())) {
            return super.handle(request, response, callback);
        }
        HttpFields headers = request.getHeaders();
        String browser = headers.contains(HttpHeader.ORIGIN) ? "Origin" : FETCH_SITE;
        if (headers.contains(browser)) {
            String text = "The request has a header " + browser
                    + ", which only browsers send. This service accepts requests of servers only.";
            return responses.refuse(request, response, callback, HttpErrorCode.BROWSER_REQUEST, text);
        }
        if (!allowedHosts.isEmpty() && !isAllowed(request.getHttpURI().getHost())) {
            String text = "The header Host does not name a host that this service serves.";
            return responses.refuse(request, response, callback, HttpErrorCode.MISDIRECTED_REQUEST, text);
        }
        return super.handle(request, response, callback);
    }

    private boolean isAllowed(String host) {
        return host != null && allowedHosts.contains(normalized(host));
    }

    /**
     * Host names have no case, may end with a dot, and IPv6 addresses are in brackets in a header only (RFC 3986,
     * section 3.2.2).
     */
    private static String normalized(String host) {
        String name = host.toLowerCase(Locale.ROOT);
        if (name.startsWith("[") && name.endsWith("]")) {
            return name.substring(1, name.length() - 1);
        }
        return name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
    }
}
