package io.github.hsmsigner.http.protocol;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The metadata of a callback: the parts of the HTTP request outside its body. A missing header is empty. If a header
 * occurs several times, its values are joined with commas (RFC 9110, section 5.3).
 *
 * @param requestId the identifier in logs and responses; printable ASCII without quotes or spaces
 * @param contentType the header {@code Content-Type}
 * @param contentEncoding the header {@code Content-Encoding}
 * @param contentLength the length of the body in bytes, as the client announced it
 * @param continueExpected whether the server sends the interim response 100 when the body is first read, because the
 *     client waits for it (RFC 9110, section 10.1.1)
 * @param traceParent the header {@code traceparent} (W3C Trace Context); an invalid one is ignored
 * @param waited how long the server held the request after it had arrived; counts towards the time limit
 * @param requestAttributes facts for policies, such as the remote address; unmodifiable
 */
public record RequestMetadata(
        String requestId,
        Optional<String> contentType,
        Optional<String> contentEncoding,
        OptionalLong contentLength,
        boolean continueExpected,
        Optional<String> traceParent,
        Duration waited,
        Map<String, String> requestAttributes) {

    /**
     * Version 00 has 55 characters. A later version can append fields after a dash. Version ff and identifiers of zeros
     * are invalid (W3C Trace Context, section 3.2).
     */
    private static final Pattern TRACE_PARENT = Pattern.compile(
            "(?!ff|00.{54})[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-" + "(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(?:-.*)?");

    /** Returns the trace id of a valid header {@code traceparent}. */
    Optional<String> traceId() {
        return traceParent.map(TRACE_PARENT::matcher).filter(Matcher::matches).map(parts -> parts.group(1));
    }
}
