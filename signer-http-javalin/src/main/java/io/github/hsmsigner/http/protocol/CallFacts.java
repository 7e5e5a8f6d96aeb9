package io.github.hsmsigner.http.protocol;

import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The metadata of a callback: the parts of the HTTP request outside its body. Immutable.
 *
 * @param requestId what logs and answers call this request; printable ASCII without quotes or spaces
 * @param contentType the value of the header {@code Content-Type}, or empty if there is none; where it came several
 *     times, all its values with commas between them (RFC 9110, section 5.3)
 * @param contentEncoding the value of the header {@code Content-Encoding}, or empty if there is none; where it came
 *     several times, all its values with commas between them
 * @param contentLength the length of the body in bytes that the client announced, or empty if it announced none
 * @param continueExpected whether the client waits for the interim answer 100 before it sends the body (RFC 9110,
 *     section 10.1.1), and the server sends that answer when the body is first read. A body that is refused from its
 *     headers is not asked for then
 * @param traceParent the value of the header {@code traceparent} (W3C Trace Context), or empty if there is none; an
 *     invalid one is ignored
 * @param waited how long the server held the request after it had arrived, such as for a permit; counts towards the
 *     time limit
 * @param transportFacts facts for policies, such as the remote address
 */
public record CallFacts(
        String requestId,
        Optional<String> contentType,
        Optional<String> contentEncoding,
        OptionalLong contentLength,
        boolean continueExpected,
        Optional<String> traceParent,
        Duration waited,
        Map<String, String> transportFacts) {

    /**
     * Checks that nothing is missing.
     *
     * @param requestId what logs and answers call this request; printable ASCII without quotes or spaces
     * @param contentType the value of the header {@code Content-Type}, or empty if there is none; where it came several
     *     times, all its values with commas between them (RFC 9110, section 5.3)
     * @param contentEncoding the value of the header {@code Content-Encoding}, or empty if there is none; where it came
     *     several times, all its values with commas between them
     * @param contentLength the length of the body in bytes that the client announced, or empty if it announced none
     * @param continueExpected whether the client waits for the interim answer 100 before it sends the body (RFC 9110,
     *     section 10.1.1), and the server sends that answer when the body is first read. A body that is refused from
     *     its headers is not asked for then
     * @param traceParent the value of the header {@code traceparent}, or empty if there is none
     * @param waited how long the server held the request after it had arrived; counts towards the time limit
     * @param transportFacts facts for policies, such as the remote address
     */
    public CallFacts {
        Objects.requireNonNull(requestId, "requestId");
        Objects.requireNonNull(contentType, "contentType");
        Objects.requireNonNull(contentEncoding, "contentEncoding");
        Objects.requireNonNull(contentLength, "contentLength");
        Objects.requireNonNull(traceParent, "traceParent");
        Objects.requireNonNull(waited, "waited");
        transportFacts = Map.copyOf(transportFacts);
    }

    /** Returns the trace id of a valid header {@code traceparent}. */
    Optional<String> traceId() {
        return traceParent.flatMap(TraceParent::traceId);
    }
}
