package io.github.hsmsigner.http.protocol;

import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The metadata of a callback: the parts of the HTTP request outside its body. A missing header is empty. If a header
 * occurs several times, its values are joined with commas (RFC 9110, section 5.3). Immutable.
 */
public final class RequestMetadata {

    /**
     * Version 00 has 55 characters. A later version can append fields after a dash. Version ff and identifiers of zeros
     * are invalid (W3C Trace Context, section 3.2).
     */
    private static final Pattern TRACE_PARENT = Pattern.compile(
            "(?!ff|00.{54})[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-" + "(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(?:-.*)?");

    private final String requestId;
    private final Optional<String> contentType;
    private final Optional<String> contentEncoding;
    private final OptionalLong contentLength;
    private final boolean continueExpected;
    private final Optional<String> traceParent;
    private final Duration waited;
    private final Map<String, String> requestAttributes;

    private RequestMetadata(Builder builder) {
        this.requestId = builder.requestId;
        this.contentType = Optional.ofNullable(builder.contentType);
        this.contentEncoding = Optional.ofNullable(builder.contentEncoding);
        this.contentLength = builder.contentLength < 0 ? OptionalLong.empty() : OptionalLong.of(builder.contentLength);
        this.continueExpected = builder.continueExpected;
        this.traceParent = Optional.ofNullable(builder.traceParent);
        this.waited = builder.waited;
        this.requestAttributes = builder.requestAttributes;
    }

    /**
     * Returns a builder.
     *
     * @param requestId the identifier in logs and responses; printable ASCII without quotes or spaces
     * @return the builder
     */
    public static Builder builder(String requestId) {
        return new Builder(requestId);
    }

    /** {@return the identifier in logs and responses} */
    public String requestId() {
        return requestId;
    }

    /** {@return the header {@code Content-Type}} */
    public Optional<String> contentType() {
        return contentType;
    }

    /** {@return the header {@code Content-Encoding}} */
    public Optional<String> contentEncoding() {
        return contentEncoding;
    }

    /** {@return the length of the body in bytes, as the client announced it} */
    public OptionalLong contentLength() {
        return contentLength;
    }

    /** {@return whether the server sends the interim response 100 when the body is first read} */
    public boolean continueExpected() {
        return continueExpected;
    }

    /** {@return the header {@code traceparent} (W3C Trace Context)} */
    public Optional<String> traceParent() {
        return traceParent;
    }

    /** {@return how long the server held the request after it had arrived} */
    public Duration waited() {
        return waited;
    }

    /** {@return facts for policies, such as the remote address; unmodifiable} */
    public Map<String, String> requestAttributes() {
        return requestAttributes;
    }

    /** Returns the trace id of a valid header {@code traceparent}. */
    Optional<String> traceId() {
        return traceParent.map(TRACE_PARENT::matcher).filter(Matcher::matches).map(parts -> parts.group(1));
    }

    /** Builds metadata. Not thread-safe. */
    public static final class Builder {

        private final String requestId;
        private String contentType;
        private String contentEncoding;
        private long contentLength = -1;
        private boolean continueExpected;
        private String traceParent;
        private Duration waited = Duration.ZERO;
        private Map<String, String> requestAttributes = Map.of();

        private Builder(String requestId) {
            this.requestId = Objects.requireNonNull(requestId, "requestId");
        }

        /**
         * Sets the header {@code Content-Type}.
         *
         * @param value the value; {@code null} for none
         * @return this builder
         */
        public Builder contentType(String value) {
            this.contentType = value;
            return this;
        }

        /**
         * Sets the header {@code Content-Encoding}.
         *
         * @param value the value; {@code null} for none
         * @return this builder
         */
        public Builder contentEncoding(String value) {
            this.contentEncoding = value;
            return this;
        }

        /**
         * Sets the length of the body, as the client announced it. Default: unknown.
         *
         * @param bytes the length; negative if it is unknown
         * @return this builder
         */
        public Builder contentLength(long bytes) {
            this.contentLength = bytes;
            return this;
        }

        /**
         * Sets whether the server sends the interim response 100 when the body is first read, because the client waits for
         * it (RFC 9110, section 10.1.1). Default: {@code false}.
         *
         * @param expected whether the client waits
         * @return this builder
         */
        public Builder continueExpected(boolean expected) {
            this.continueExpected = expected;
            return this;
        }

        /**
         * Sets the header {@code traceparent} (W3C Trace Context). An invalid one is ignored.
         *
         * @param value the value; {@code null} for none
         * @return this builder
         */
        public Builder traceParent(String value) {
            this.traceParent = value;
            return this;
        }

        /**
         * Sets how long the server held the request after it had arrived. It counts towards the time limit. Default: zero.
         *
         * @param time the time
         * @return this builder
         */
        public Builder waited(Duration time) {
            this.waited = Objects.requireNonNull(time, "time");
            return this;
        }

        /**
         * Sets facts for policies, such as the remote address. Default: none.
         *
         * @param attributes the facts by name
         * @return this builder
         */
        public Builder requestAttributes(Map<String, String> attributes) {
            this.requestAttributes = Map.copyOf(attributes);
            return this;
        }

        /** {@return the metadata} */
        public RequestMetadata build() {
            return new RequestMetadata(this);
        }
    }
}
