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
            "The body is not complete JSON, a field is missing, malformed or repeated, a limit is exceeded, or the"
                    + " digest is wrong."),
    /** The service does not support what the request asks for. */
    UNSUPPORTED(400, "The action, digest algorithm (such as SHA-1) or container is not supported."),
    /** The key does not exist, or the choice between several is open. */
    NO_SUCH_KEY(
            400,
            "The key is not configured, or neither the request nor the policy selects one of several; the log names"
                    + " the keys."),
    /** The HTTP server rejects the request. */
    BAD_HTTP_REQUEST(
            400,
            "The request is not HTTP/1.1, its address or a header is too long, or its transfer coding is not"
                    + " `chunked`; also 414, 431, 501 or 505."),
    /** The policy denies the request. */
    DENIED(401, "The policy denies the request."),
    /** The client is not on the machine of the service. */
    FORBIDDEN(403, "The admin port accepts this request only from the machine or pod of the service."),
    /** A browser sent the request. */
    BROWSER_REQUEST(403, "A [browser](protocol.md#requests-of-browsers) sent the request."),
    /** The client certificate in TLS is not valid any more. */
    INVALID_CLIENT_CERTIFICATE(
            403,
            "The client certificate has expired since the TLS handshake, or is no longer trusted; the connection is"
                    + " closed."),
    /** The path does not exist. */
    NOT_FOUND(404, "The path, or the token that it names, does not exist."),
    /** The path does not support the method. */
    METHOD_NOT_ALLOWED(405, "The path supports only the methods in the header `Allow`."),
    /** The body arrives too slowly. */
    REQUEST_TIMEOUT(408, "The body arrives too slowly, or stops."),
    /** The body is too large. */
    BODY_TOO_LARGE(413, "The body exceeds the size limit."),
    /** The body is not declared as JSON. */
    UNSUPPORTED_MEDIA_TYPE(415, "The header `Content-Type` is missing, repeated, or not `application/json`."),
    /** The body is compressed or otherwise encoded. */
    UNSUPPORTED_CONTENT_ENCODING(415, "The body has a `Content-Encoding` other than `identity`."),
    /** The request is for a host that the service does not serve (RFC 9110, section 15.5.20). */
    MISDIRECTED_REQUEST(421, "The header `Host` names none of the `allowed-hosts`."),
    /** The caller has reached its rate of signatures. */
    RATE_LIMITED(429, "The caller has reached its rate of signatures; wait for `Retry-After`."),
    /** The service has a fault. */
    INTERNAL(500, "The service has a fault, a signature does not verify, or the HSM rejects a request; see the log."),
    /** The settings do not work. */
    INVALID_CONFIGURATION(500, "The settings do not work."),
    /** The HTTP server fails. */
    HTTP_SERVER(500, "The HTTP server fails; also any other 5xx."),
    /** The key or another part of the service is not available at present. */
    UNAVAILABLE(
            503,
            "The service is not ready, the HSM or a required timestamp authority does not work, or too many requests"
                    + " wait.");

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
