package io.github.hsmsigner.http.protocol;

import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What the HTTP request says about a callback outside its body. Immutable.
 *
 * @param requestId what logs and answers call this request; printable ASCII without quotes or spaces
 * @param contentType the value of the header {@code Content-Type}, or empty if there is none
 * @param contentLength the length of the body in bytes that the client announced, or empty if it announced none
 * @param transportFacts facts for policies, such as the remote address
 */
public record CallFacts(
        String requestId,
        Optional<String> contentType,
        OptionalLong contentLength,
        Map<String, String> transportFacts) {

    /**
     * Checks that nothing is missing.
     *
     * @param requestId what logs and answers call this request; printable ASCII without quotes or spaces
     * @param contentType the value of the header {@code Content-Type}, or empty if there is none
     * @param contentLength the length of the body in bytes that the client announced, or empty if it announced none
     * @param transportFacts facts for policies, such as the remote address
     */
    public CallFacts {
        Objects.requireNonNull(requestId, "requestId");
        Objects.requireNonNull(contentType, "contentType");
        Objects.requireNonNull(contentLength, "contentLength");
        transportFacts = Map.copyOf(transportFacts);
    }
}
