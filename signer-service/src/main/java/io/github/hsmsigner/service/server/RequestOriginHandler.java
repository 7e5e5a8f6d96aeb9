package io.github.hsmsigner.service.server;

import io.github.hsmsigner.http.protocol.ErrorResponses;
import io.github.hsmsigner.http.protocol.HttpErrorCode;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.eclipse.jetty.http.HttpField;
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
        Optional<String> header = headerOfBrowsers(request);
        if (header.isPresent()) {
            responses.refuse(
                    request,
                    response,
                    callback,
                    id -> ErrorResponses.of(
                            HttpErrorCode.BROWSER_REQUEST,
                            "The request has a header " + header.get()
                                    + ", which only browsers send. This service accepts requests of servers only.",
                            id));
            return true;
        }
        if (!allowedHosts.isEmpty() && !isAllowed(request.getHttpURI().getHost())) {
            responses.refuse(
                    request,
                    response,
                    callback,
                    id -> ErrorResponses.of(
                            HttpErrorCode.MISDIRECTED_REQUEST,
                            "The header Host does not name a host that this service serves.",
                            id));
            return true;
        }
        return super.handle(request, response, callback);
    }

    private static Optional<String> headerOfBrowsers(Request request) {
        for (HttpField field : request.getHeaders()) {
            if (field.getHeader() == HttpHeader.ORIGIN) {
                return Optional.of("Origin");
            }
            if (field.is(FETCH_SITE)) {
                return Optional.of(FETCH_SITE);
            }
        }
        return Optional.empty();
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
