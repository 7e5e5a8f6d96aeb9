package io.github.hsmsigner.service.metrics;

import io.github.hsmsigner.core.error.ErrorCode;
import java.util.Arrays;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * How a request can end: the values of the label {@code outcome}. There are no others, whatever a client sends.
 */
enum Outcome {
    OK("ok"),
    INVALID_REQUEST(ErrorCode.INVALID_REQUEST),
    DENIED(ErrorCode.DENIED),
    RATE_LIMITED(ErrorCode.RATE_LIMITED),
    NO_SUCH_KEY(ErrorCode.NO_SUCH_KEY),
    UNSUPPORTED(ErrorCode.UNSUPPORTED),
    UNAVAILABLE(ErrorCode.UNAVAILABLE),
    INTERNAL(ErrorCode.INTERNAL),
    INVALID_CONFIGURATION(ErrorCode.INVALID_CONFIGURATION),
    BODY_TOO_LARGE("body_too_large"),
    UNSUPPORTED_MEDIA_TYPE("unsupported_media_type"),
    UNSUPPORTED_CONTENT_ENCODING("unsupported_content_encoding"),
    REQUEST_TIMEOUT("request_timeout"),
    METHOD_NOT_ALLOWED("method_not_allowed"),
    NOT_FOUND("not_found"),
    BROWSER_REQUEST("browser_request"),
    MISDIRECTED_REQUEST("misdirected_request"),
    INVALID_CLIENT_CERTIFICATE("invalid_client_certificate"),
    BAD_HTTP_REQUEST("bad_http_request"),
    HTTP_SERVER("http_server"),
    OTHER("other");

    private static final Map<String, Outcome> BY_TEXT =
            Arrays.stream(values()).collect(Collectors.toUnmodifiableMap(Outcome::text, Function.identity()));

    private final String text;

    Outcome(String text) {
        this.text = text;
    }

    Outcome(ErrorCode code) {
        this(code.text());
    }

    /** Finds what an answer calls its outcome. */
    static Outcome of(String outcome) {
        return BY_TEXT.getOrDefault(outcome, OTHER);
    }

    String text() {
        return text;
    }
}
