package io.github.hsmsigner.http.protocol;

import io.github.hsmsigner.core.error.SigningException;
import io.github.hsmsigner.core.error.SigningUnavailableException;
import java.time.Duration;
import java.util.Optional;

/**
 * The responses to requests that fail: a status and {@code {"error":{"code":…,"message":…,"request_id":…}}}. The code
 * is for programs. The message is a sentence for people, without internals and secrets. Thread-safe.
 */
public final class ErrorResponses {

    /** For faults that an operator must fix. */
    private static final Duration LASTING_RETRY_AFTER = Duration.ofMinutes(1);

    /** For a server that shuts down or is overloaded: another instance may be ready already. */
    private static final Duration SERVER_RETRY_AFTER = Duration.ofSeconds(1);

    private ErrorResponses() {}

    /**
     * Returns the response to a request that ended with an error of the signing service.
     *
     * @param error the error, of which the response has the code and {@link SigningException#clientMessage()} only
     * @param requestId the identifier of the request
     * @return the response
     */
    public static CallbackResponse of(SigningException error, String requestId) {
        CallbackResponse response = of(HttpErrorCode.of(error.code()), error.clientMessage(), requestId);
        Optional<Duration> retryAfter = error instanceof SigningUnavailableException
                ? error.retryAfter().or(() -> Optional.of(LASTING_RETRY_AFTER))
                : error.retryAfter();
        return retryAfter.map(time -> retryAfter(response, time)).orElse(response);
    }

    /**
     * Returns the response with a code and its status. The client can retry after a second if the status is 503.
     *
     * @param code the code
     * @param message the message
     * @param requestId the identifier of the request
     * @return the response
     */
    public static CallbackResponse of(HttpErrorCode code, String message, String requestId) {
        return of(code, code.status(), message, requestId);
    }

    /**
     * Returns the response with a code and another status, which the HTTP server has chosen.
     *
     * @param code the code
     * @param status the status
     * @param message the message
     * @param requestId the identifier of the request
     * @return the response
     */
    public static CallbackResponse of(HttpErrorCode code, int status, String message, String requestId) {
        CallbackResponse response = CallbackResponse.json(status, code.text(), json -> {
            json.writeObjectFieldStart("error");
            json.writeStringField("code", code.text());
            json.writeStringField("message", message);
            json.writeStringField("request_id", requestId);
            json.writeEndObject();
        });
        return status == HttpErrorCode.UNAVAILABLE.status() ? retryAfter(response, SERVER_RETRY_AFTER) : response;
    }

    /**
     * Returns the response to a request that met a fault in this software.
     *
     * @param requestId the identifier of the request
     * @return the response, which does not describe the fault
     */
    public static CallbackResponse internal(String requestId) {
        return of(HttpErrorCode.INTERNAL, "The signing service has an internal problem.", requestId);
    }

    /**
     * Returns the response to an unsupported method. {@link CallbackHandler#methodNotAllowed} also reports it.
     *
     * @param allowed the methods that the path supports, as in the header {@code Allow}
     * @param requestId the identifier of the request
     * @return the response
     */
    public static CallbackResponse methodNotAllowed(String allowed, String requestId) {
        String message = "This path does not offer that method; it offers " + allowed + ".";
        return of(HttpErrorCode.METHOD_NOT_ALLOWED, message, requestId).withHeader("Allow", allowed);
    }

    /** Sets the header in whole seconds, rounded up, because the server rejects a client that returns too early. */
    private static CallbackResponse retryAfter(CallbackResponse response, Duration time) {
        long seconds = Math.max(1, time.plusSeconds(1).minusNanos(1).toSeconds());
        return response.withHeader("Retry-After", Long.toString(seconds));
    }
}
