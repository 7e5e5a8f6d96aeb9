package io.github.hsmsigner.http.protocol;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The header {@code traceparent} (W3C Trace Context, section 3.2). */
final class TraceParent {

    /** version-format of version 00, and what a later version may append after another dash. */
    private static final Pattern FORMAT =
            Pattern.compile("([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(-.*)?");

    private static final String FIRST_VERSION = "00";
    private static final String INVALID_VERSION = "ff";
    private static final String INVALID_TRACE = "0".repeat(32);
    private static final String INVALID_PARENT = "0".repeat(16);

    private TraceParent() {}

    /** Returns the trace id of a header; empty if the header is invalid, which the standard demands to ignore. */
    static Optional<String> traceId(String header) {
        Matcher parts = FORMAT.matcher(header);
        if (!parts.matches()
                || parts.group(1).equals(INVALID_VERSION)
                || parts.group(2).equals(INVALID_TRACE)
                || parts.group(3).equals(INVALID_PARENT)
                || parts.group(1).equals(FIRST_VERSION) && parts.group(4) != null) {
            return Optional.empty();
        }
        return Optional.of(parts.group(2));
    }
}
