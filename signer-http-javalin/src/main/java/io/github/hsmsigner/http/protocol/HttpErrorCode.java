package io.github.hsmsigner.http.protocol;

import io.github.hsmsigner.core.error.ErrorCode;
import java.util.Locale;

/**
 * The stable codes of errors in HTTP responses, with status and description. The errors of the signing service have the
 * name of their {@link ErrorCode}. The transport returns the others.
 */
public enum HttpErrorCode {
    /** The body is malformed or contradicts itself. */
    INVALID_REQUEST(
            400,
            "The body is not JSON or ends early, a field is missing, malformed or repeated, a limit is exceeded, or"
                    + " the digest does not match the contents."),
    /** The service does not support what the request asks for. */
    UNSUPPORTED(400, "The action, digest algorithm or container is not supported, for example MD5 or SHA-1."),
    /** The key does not exist, or the choice between several is open. */
    NO_SUCH_KEY(
            400,
            "The key is not configured, or several keys are and neither the request nor the policy selects one; the"
                    + " log names the keys."),
    /** The HTTP server rejects the request. */
    BAD_HTTP_REQUEST(
            400,
            "The request is not HTTP/1.1, its address or a header is too long, or its transfer coding is not"
                    + " `chunked`; the status can also be 414, 431, 501 or 505."),
    /** The policy denies the request. */
    DENIED(401, "The policy denies the request."),
    /** The client is not on the machine of the service. */
    FORBIDDEN(403, "The admin port accepts this request only from the machine or pod of the service."),
    /** A browser sent the request. */
    BROWSER_REQUEST(
            403,
            "A browser sent the request: its method is not GET or HEAD, and it has a header `Origin` or"
                    + " `Sec-Fetch-Site`."),
    /** The client certificate in TLS is not valid any more. */
    INVALID_CLIENT_CERTIFICATE(
            403,
            "The client certificate in TLS has expired since the handshake, or its authority is no longer trusted;"
                    + " the server closes the connection."),
    /** The path does not exist. */
    NOT_FOUND(404, "The path, or the token that it names, does not exist."),
    /** The path does not support the method. */
    METHOD_NOT_ALLOWED(405, "The path does not support the method; the header `Allow` lists the supported methods."),
    /** The body arrives too slowly. */
    REQUEST_TIMEOUT(408, "The body arrives too slowly, or stops."),
    /** The body is too large. */
    BODY_TOO_LARGE(413, "The body exceeds the size limit."),
    /** The body is not declared as JSON. */
    UNSUPPORTED_MEDIA_TYPE(415, "The header `Content-Type` is missing, repeated, or not `application/json`."),
    /** The body is compressed or otherwise encoded. */
    UNSUPPORTED_CONTENT_ENCODING(
            415,
            "The body has a `Content-Encoding` such as gzip; the header `Accept-Encoding` of the response is"
                    + " `identity`."),
    /** The request is for a host that the service does not serve (RFC 9110, section 15.5.20). */
    MISDIRECTED_REQUEST(421, "The header `Host` names none of the `allowed-hosts`, if these are set."),
    /** The caller has reached its rate of signatures. */
    RATE_LIMITED(429, "The caller has reached its rate of signatures; `Retry-After` has the waiting time in seconds."),
    /** The service has a fault. */
    INTERNAL(
            500,
            "The service has a fault, a signature does not verify, or the HSM rejects a request; the log has the"
                    + " reason."),
    /** The settings do not work. */
    INVALID_CONFIGURATION(500, "The settings do not work; the service reports most such faults at startup."),
    /** The HTTP server fails. */
    HTTP_SERVER(500, "The HTTP server fails; the status can be any other 5xx."),
    /** The key or another part of the service is not available at present. */
    UNAVAILABLE(
            503,
            "The service is not ready, the HSM or a required timestamp authority does not work, or too many requests"
                    + " wait; `Retry-After` has the waiting time in seconds.");

    private final int status;
    private final String description;

    HttpErrorCode(int status, String description) {
        this.status = status;
        this.description = description;
    }

    /**
     * Returns the code for an error of the signing service.
     *
     * @param code the code of the error
     * @return the code with the same name
     */
    public static HttpErrorCode of(ErrorCode code) {
        return valueOf(code.name());
    }

    /** {@return the text in responses, logs and metrics: the name in lower case} */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * Returns the HTTP status. The HTTP server can choose another one for {@link #BAD_HTTP_REQUEST} and
     * {@link #HTTP_SERVER}.
     *
     * @return the status
     */
    public int status() {
        return status;
    }

    /** {@return the meaning for readers of the documentation: a sentence in Markdown} */
    public String description() {
        return description;
    }
}
