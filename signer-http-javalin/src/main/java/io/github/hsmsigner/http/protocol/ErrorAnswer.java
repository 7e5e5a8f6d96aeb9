package io.github.hsmsigner.http.protocol;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.github.hsmsigner.core.error.SigningException;
import io.github.hsmsigner.core.error.SigningUnavailableException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Optional;

/**
 * The responses to requests that fail: a status and {@code {"error":{"code":…,"message":…,"request_id":…}}}.
 *
 * <p>{@link HttpErrorCode} defines the codes, for programs. The message is a sentence for people, without internals and secrets.
 * Thread-safe.
 */
public final class ErrorAnswer {

    private static final JsonFactory JSON = new JsonFactory();
    private static final String RETRY_AFTER = "Retry-After";

    /** For faults that an operator must fix. */
    private static final Duration LASTING_RETRY_AFTER = Duration.ofMinutes(1);

    /** For a server that shuts down or is overloaded: another instance may be ready already. */
    private static final Duration SERVER_RETRY_AFTER = Duration.ofSeconds(1);

    private ErrorAnswer() {}

    /**
     * Returns the response to a request that ended with an error of the signing service.
     *
     * @param error the error; the response has only its code and its {@linkplain SigningException#clientMessage() message for clients}
     * @param requestId the name of the request in logs
     * @return the response
     */
    public static CallbackAnswer of(SigningException error, String requestId) {
        CallbackAnswer answer = of(HttpErrorCode.of(error.code()), error.clientMessage(), requestId);
        Optional<Duration> retryAfter = error instanceof SigningUnavailableException
                ? error.retryAfter().or(() -> Optional.of(LASTING_RETRY_AFTER))
                : error.retryAfter();
        return retryAfter.map(time -> retryAfter(answer, time)).orElse(answer);
    }

    /**
     * Returns the response with a code and its status.
     *
     * @param code the code
     * @param message a sentence for people, without internals and secrets
     * @param requestId the name of the request in logs
     * @return the response
     */
    public static CallbackAnswer of(HttpErrorCode code, String message, String requestId) {
        return error(code, code.status(), message, requestId);
    }

    /**
     * Returns the response of a server that cannot serve a request at present. The client can retry after a second.
     *
     * @param message a sentence for people, without internals and secrets
     * @param requestId the name of the request in logs
     * @return the response
     */
    public static CallbackAnswer unavailable(String message, String requestId) {
        return retryAfter(of(HttpErrorCode.UNAVAILABLE, message, requestId), SERVER_RETRY_AFTER);
    }

    /**
     * Returns the response to a request that met a fault in this software.
     *
     * @param requestId the name of the request in logs
     * @return the response, which does not describe the fault
     */
    public static CallbackAnswer internal(String requestId) {
        return of(HttpErrorCode.INTERNAL, "The signing service has an internal problem.", requestId);
    }

    static CallbackAnswer unsupportedContentEncoding(String requestId) {
        return of(
                        HttpErrorCode.UNSUPPORTED_CONTENT_ENCODING,
                        "The body must come as it is, without a Content-Encoding such as gzip.",
                        requestId)
                .withHeader("Accept-Encoding", "identity");
    }

    /**
     * Returns the response to a method that a path does not support. {@link CallbackHandler#methodNotAllowed} also reports it.
     *
     * @param allowed the methods that it supports, as in the header {@code Allow}
     * @param requestId the name of the request in logs
     * @return the response
     */
    public static CallbackAnswer methodNotAllowed(String allowed, String requestId) {
        return of(
                        HttpErrorCode.METHOD_NOT_ALLOWED,
                        "This path does not offer that method; it offers " + allowed + ".",
                        requestId)
                .withHeader("Allow", allowed);
    }

    /**
     * Returns the response to a path that does not exist.
     *
     * @param requestId the name of the request in logs
     * @return the response
     */
    public static CallbackAnswer notFound(String requestId) {
        return of(HttpErrorCode.NOT_FOUND, "There is nothing at this path.", requestId);
    }

    /**
     * Returns the response to a request that the HTTP server itself rejected, such as one that is not HTTP.
     *
     * @param status the status that the server chose
     * @param requestId the name of the request in logs
     * @return the response
     */
    public static CallbackAnswer ofHttpServer(int status, String requestId) {
        if (status == 501) {
            return error(
                    HttpErrorCode.BAD_HTTP_REQUEST,
                    status,
                    "The service knows no transfer coding but chunked.",
                    requestId);
        }
        // Jetty returns 505 for an unknown version of HTTP. That is a fault of the request.
        if (status < 500 || status == 505) {
            return error(
                    HttpErrorCode.BAD_HTTP_REQUEST, status, "The HTTP server does not accept this request.", requestId);
        }
        CallbackAnswer answer =
                error(HttpErrorCode.HTTP_SERVER, status, "The HTTP server cannot serve this request.", requestId);
        return status == 503 ? retryAfter(answer, SERVER_RETRY_AFTER) : answer;
    }

    /** Sets the header in whole seconds, rounded up, because the server rejects a client that returns too early. */
    private static CallbackAnswer retryAfter(CallbackAnswer answer, Duration time) {
        long seconds = Math.max(1, time.plusSeconds(1).minusNanos(1).toSeconds());
        return answer.withHeader(RETRY_AFTER, Long.toString(seconds));
    }

    private static CallbackAnswer error(HttpErrorCode code, int status, String message, String requestId) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        try (JsonGenerator generator = JSON.createGenerator(body)) {
            generator.writeStartObject();
            generator.writeObjectFieldStart("error");
            generator.writeStringField("code", code.text());
            generator.writeStringField("message", message);
            generator.writeStringField("request_id", requestId);
            generator.writeEndObject();
            generator.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("Writing to memory failed.", e);
        }
        return CallbackAnswer.error(status, code.text(), body.toByteArray());
    }
}
