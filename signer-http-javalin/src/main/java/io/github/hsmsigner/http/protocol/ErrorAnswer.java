package io.github.hsmsigner.http.protocol;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.github.hsmsigner.core.error.ErrorCode;
import io.github.hsmsigner.core.error.SigningException;
import io.github.hsmsigner.core.error.SigningUnavailableException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The answers to requests that fail: a status and {@code {"error":{"code":…,"message":…,"request_id":…}}}.
 *
 * <p>The code is stable, for programs; the message is a sentence for people, free of internals and secrets. Safe for
 * use by any number of threads at once.
 */
public final class ErrorAnswer {

    private static final JsonFactory JSON = new JsonFactory();
    private static final String RETRY_AFTER = "Retry-After";

    /** For what an operator must mend: rarely enough not to add to the trouble, often enough to notice that it is over. */
    private static final Duration LASTING_RETRY_AFTER = Duration.ofMinutes(1);

    /** For a server that is stopping or overloaded: the next one may be there already. */
    private static final Duration SERVER_RETRY_AFTER = Duration.ofSeconds(1);

    private ErrorAnswer() {}

    /**
     * The answer to a request that ended with an error of the signing service.
     *
     * @param error the error; only its code and its {@linkplain SigningException#clientMessage() message for clients} go out
     * @param requestId what logs call the request
     * @return the answer
     */
    public static CallbackAnswer of(SigningException error, String requestId) {
        CallbackAnswer answer = error(status(error.code()), error.code().text(), error.clientMessage(), requestId);
        Optional<Duration> retryAfter = error instanceof SigningUnavailableException
                ? error.retryAfter().or(() -> Optional.of(LASTING_RETRY_AFTER))
                : error.retryAfter();
        return retryAfter
                .map(time -> answer.withHeader(RETRY_AFTER, wholeSeconds(time)))
                .orElse(answer);
    }

    /**
     * The answer to a request that met a fault in this software.
     *
     * @param requestId what logs call the request
     * @return the answer, which says nothing of the fault
     */
    public static CallbackAnswer internal(String requestId) {
        return error(500, ErrorCode.INTERNAL.text(), "The signing service has an internal problem.", requestId);
    }

    /**
     * The answer to a body that is too large.
     *
     * @param limit the largest accepted body in bytes
     * @param requestId what logs call the request
     * @return the answer
     */
    public static CallbackAnswer bodyTooLarge(long limit, String requestId) {
        return error(
                413,
                "body_too_large",
                "The body is larger than " + limit + " bytes, the limit of this service.",
                requestId);
    }

    /**
     * The answer to a body that is not declared to be JSON.
     *
     * @param requestId what logs call the request
     * @return the answer
     */
    public static CallbackAnswer unsupportedMediaType(String requestId) {
        return error(
                415,
                "unsupported_media_type",
                "The header Content-Type must say application/json, once, as the body must be a JSON object.",
                requestId);
    }

    /**
     * The answer to a body that is compressed or otherwise encoded.
     *
     * @param requestId what logs call the request
     * @return the answer
     */
    public static CallbackAnswer unsupportedContentEncoding(String requestId) {
        return error(
                        415,
                        "unsupported_content_encoding",
                        "The body must come as it is, without a Content-Encoding such as gzip.",
                        requestId)
                .withHeader("Accept-Encoding", "identity");
    }

    /**
     * The answer to a method that a path does not offer.
     *
     * @param allowed the methods that it offers, as in the header {@code Allow}
     * @param requestId what logs call the request
     * @return the answer
     */
    public static CallbackAnswer methodNotAllowed(String allowed, String requestId) {
        return error(
                        405,
                        "method_not_allowed",
                        "This path does not offer that method; it offers " + allowed + ".",
                        requestId)
                .withHeader("Allow", allowed);
    }

    /**
     * Returns the answer to a client whose certificate in TLS is no longer valid or trusted.
     *
     * @param reason what is wrong with the certificate, a sentence
     * @param requestId the name of the request in logs
     * @return the answer
     */
    public static CallbackAnswer invalidClientCertificate(String reason, String requestId) {
        return error(
                403,
                "invalid_client_certificate",
                reason + " Connect again with a certificate that is valid.",
                requestId);
    }

    /**
     * Returns the answer to a client that is not on the machine of the service.
     *
     * @param requestId the name of the request in logs
     * @return the answer
     */
    public static CallbackAnswer onlyFromThisMachine(String requestId) {
        return error(
                403,
                "forbidden",
                "This request is accepted from the machine or pod of the service only, and not from web pages.",
                requestId);
    }

    /**
     * Returns the answer to a request that a browser sent.
     *
     * @param header the name of a header in the request that browsers send
     * @param requestId the name of the request in logs
     * @return the answer
     */
    public static CallbackAnswer browserRequest(String header, String requestId) {
        return error(
                403,
                "browser_request",
                "The request has a header " + header
                        + ", which only browsers send. This service accepts requests of servers only.",
                requestId);
    }

    /**
     * Returns the answer to a request for a token that the settings do not have.
     *
     * @param tokens the names of the tokens
     * @param requestId the name of the request in logs
     * @return the answer
     */
    public static CallbackAnswer noSuchToken(List<String> tokens, String requestId) {
        return error(
                404, "not_found", "The settings have no token of this name; the tokens are " + tokens + ".", requestId);
    }

    /**
     * Returns the answer to a request for a token that is not open yet.
     *
     * @param requestId the name of the request in logs
     * @return the answer
     */
    public static CallbackAnswer tokenNotOpen(String requestId) {
        return error(
                        503,
                        ErrorCode.UNAVAILABLE.text(),
                        "The token is not open yet, so it has rejected no PIN. GET /health/ready has the reason.",
                        requestId)
                .withHeader(RETRY_AFTER, wholeSeconds(SERVER_RETRY_AFTER));
    }

    /**
     * Returns the answer to a request for a host that the service does not serve (RFC 9110, section 15.5.20).
     *
     * @param requestId the name of the request in logs
     * @return the answer
     */
    public static CallbackAnswer misdirectedRequest(String requestId) {
        return error(
                421,
                "misdirected_request",
                "The header Host does not name a host that this service serves.",
                requestId);
    }

    /**
     * The answer to a path that does not exist.
     *
     * @param requestId what logs call the request
     * @return the answer
     */
    public static CallbackAnswer notFound(String requestId) {
        return error(404, "not_found", "There is nothing at this path.", requestId);
    }

    /**
     * The answer to a body that arrives too slowly.
     *
     * @param requestId what logs call the request
     * @return the answer
     */
    public static CallbackAnswer requestTimeout(String requestId) {
        return error(408, "request_timeout", "The body arrives too slowly to be waited for.", requestId);
    }

    /**
     * The answer of a server that is serving as many requests as it may.
     *
     * @param requestId what logs call the request
     * @return the answer
     */
    public static CallbackAnswer tooManyRequests(String requestId) {
        return error(
                        503,
                        ErrorCode.UNAVAILABLE.text(),
                        "The signing service is serving as many requests as it may at once.",
                        requestId)
                .withHeader(RETRY_AFTER, wholeSeconds(SERVER_RETRY_AFTER));
    }

    /**
     * The answer to a request whose texts do not fit into the memory for requests at the moment.
     *
     * @param requestId what logs call the request
     * @return the answer
     */
    public static CallbackAnswer noRequestMemory(String requestId) {
        return error(
                        503,
                        ErrorCode.UNAVAILABLE.text(),
                        "The signing service holds as many long texts of requests as it may at once.",
                        requestId)
                .withHeader(RETRY_AFTER, wholeSeconds(SERVER_RETRY_AFTER));
    }

    /**
     * The answer to a request that the HTTP server itself turned down, such as one that is not HTTP.
     *
     * @param status the status that the server chose
     * @param requestId what logs call the request
     * @return the answer
     */
    public static CallbackAnswer ofHttpServer(int status, String requestId) {
        if (status == 501) {
            return error(status, "bad_http_request", "The service knows no transfer coding but chunked.", requestId);
        }
        // Jetty answers 505 to a version of HTTP that it does not know: a fault of the request all the same.
        if (status < 500 || status == 505) {
            return error(status, "bad_http_request", "The HTTP server does not accept this request.", requestId);
        }
        CallbackAnswer answer = error(status, "http_server", "The HTTP server cannot serve this request.", requestId);
        return status == 503 ? answer.withHeader(RETRY_AFTER, wholeSeconds(SERVER_RETRY_AFTER)) : answer;
    }

    private static int status(ErrorCode code) {
        return switch (code) {
            case INVALID_REQUEST, NO_SUCH_KEY, UNSUPPORTED -> 400;
            case DENIED -> 401;
            case RATE_LIMITED -> 429;
            case UNAVAILABLE -> 503;
            case INTERNAL, INVALID_CONFIGURATION -> 500;
        };
    }

    /** Rounded up, as a client that comes back too early is turned away again. */
    private static String wholeSeconds(Duration time) {
        return Long.toString(Math.max(1, time.plusSeconds(1).minusNanos(1).toSeconds()));
    }

    private static CallbackAnswer error(int status, String code, String message, String requestId) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        try (JsonGenerator generator = JSON.createGenerator(body)) {
            generator.writeStartObject();
            generator.writeObjectFieldStart("error");
            generator.writeStringField("code", code);
            generator.writeStringField("message", message);
            generator.writeStringField("request_id", requestId);
            generator.writeEndObject();
            generator.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("Writing to memory failed", e);
        }
        return CallbackAnswer.error(status, code, body.toByteArray());
    }
}
