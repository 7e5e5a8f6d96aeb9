package io.github.hsmsigner.http.protocol;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The metadata of a callback: the parts of the HTTP request outside its body. Immutable. */
public final class RequestMetadata {

    /**
     * Version 00 has 55 characters. A later version can append fields after a dash. Version ff and identifiers of zeros
     * are invalid (W3C Trace Context, section 3.2).
     */
    private static final Pattern TRACE_PARENT = Pattern.compile(
            "(?!ff|00.{54})[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-" + "(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(?:-.*)?");

    private static final Pattern LENGTH = Pattern.compile("[0-9]{1,18}");

    final String requestId;
    final Optional<String> contentType;
    final Optional<String> contentEncoding;
    final OptionalLong contentLength;
    final Optional<String> traceId;
    final boolean continueExpected;
    final Duration waited;
    final Map<String, String> requestAttributes;

    /**
     * Reads the headers and copies the other parameters.
     *
     * @param requestId the identifier in logs and responses; printable ASCII without quotes or spaces
     * @param headers returns the values of a header, whose name is case-insensitive; an empty list if it is missing. An
     *     invalid {@code traceparent} is ignored (W3C Trace Context)
     * @param continueExpected whether the server sends the interim response 100 when the body is first read, because the
     *     client waits for it (RFC 9110, section 10.1.1)
     * @param waited how long the server held the request after it had arrived; counts towards the time limit
     * @param requestAttributes facts for policies, such as the remote address
     */
    public RequestMetadata(
            String requestId,
            Function<String, List<String>> headers,
            boolean continueExpected,
            Duration waited,
            Map<String, String> requestAttributes) {
        this.requestId = Objects.requireNonNull(requestId, "requestId");
        this.contentType = value(headers, "Content-Type");
        this.contentEncoding = value(headers, "Content-Encoding");
        this.contentLength = value(headers, "Content-Length")
                .filter(LENGTH.asMatchPredicate())
                .map(length -> OptionalLong.of(Long.parseLong(length)))
                .orElse(OptionalLong.empty());
        this.traceId = value(headers, "traceparent")
                .map(TRACE_PARENT::matcher)
                .filter(Matcher::matches)
                .map(parts -> parts.group(1));
        this.continueExpected = continueExpected;
        this.waited = Objects.requireNonNull(waited, "waited");
        this.requestAttributes = Map.copyOf(requestAttributes);
    }

    /** Joins the values (RFC 9110, section 5.3). The first alone would hide the others. */
    private static Optional<String> value(Function<String, List<String>> headers, String name) {
        List<String> values = headers.apply(name);
        return values.isEmpty() ? Optional.empty() : Optional.of(String.join(", ", values));
    }
}
