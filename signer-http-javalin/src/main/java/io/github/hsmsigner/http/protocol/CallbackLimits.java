package io.github.hsmsigner.http.protocol;

import java.time.Duration;

/**
 * The limits of a request body, and the time limit of the answer. A body that exceeds a limit is answered with a 4xx.
 * Only the limits of texts, names and JSON tokens influence the memory that a request needs, because contents are
 * hashed while they arrive. A {@link MemoryBudget} limits the texts of all requests together.
 *
 * <p>Immutable.
 */
public final class CallbackLimits {

    /** The longest name that the protocol knows. */
    private static final int LONGEST_KNOWN_NAME = CallbackFields.DATA_TO_BE_SIGNED.length();

    /** A SHA-512 digest in hexadecimal. */
    private static final int LONGEST_DIGEST = 128;

    /** The most time that is reserved for the audit log and the response. */
    private static final Duration MAX_RESERVE = Duration.ofMillis(500);

    /** The part of a short time limit that is reserved instead: one tenth. */
    private static final int RESERVED_PART = 10;

    /** The part of the reserve that is left for the response: one fifth. */
    private static final int RESPONSE_PART = 5;

    private final long maxBodyBytes;
    private final int maxNestingDepth;
    private final int maxTokens;
    private final int maxNameLength;
    private final int maxTextLength;
    private final int maxSigningTokenLength;
    private final int maxNumberLength;
    private final Duration timeLimit;

    private CallbackLimits(Builder builder) {
        this.maxBodyBytes = builder.maxBodyBytes;
        this.maxNestingDepth = builder.maxNestingDepth;
        this.maxTokens = builder.maxTokens;
        this.maxNameLength = builder.maxNameLength;
        this.maxTextLength = builder.maxTextLength;
        this.maxSigningTokenLength = builder.maxSigningTokenLength;
        this.maxNumberLength = builder.maxNumberLength;
        this.timeLimit = builder.timeLimit;
    }

    /**
     * Returns the default limits.
     *
     * @return the defaults
     */
    public static CallbackLimits defaults() {
        return builder().build();
    }

    /**
     * Starts with the defaults.
     *
     * @return a new builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Starts with these limits.
     *
     * @return a new builder
     */
    public Builder toBuilder() {
        return builder()
                .maxBodyBytes(maxBodyBytes)
                .maxNestingDepth(maxNestingDepth)
                .maxTokens(maxTokens)
                .maxNameLength(maxNameLength)
                .maxTextLength(maxTextLength)
                .maxSigningTokenLength(maxSigningTokenLength)
                .maxNumberLength(maxNumberLength)
                .timeLimit(timeLimit);
    }

    /**
     * Returns the largest accepted body.
     *
     * @return bytes
     */
    public long maxBodyBytes() {
        return maxBodyBytes;
    }

    /**
     * Returns how deep objects and arrays may be nested, the object of the request counted.
     *
     * @return levels
     */
    public int maxNestingDepth() {
        return maxNestingDepth;
    }

    /**
     * Returns how many names, values, and beginnings and ends of objects and arrays a body may have.
     *
     * @return JSON tokens
     */
    public int maxTokens() {
        return maxTokens;
    }

    /**
     * Returns the longest name of a field.
     *
     * @return bytes in UTF-8
     */
    public int maxNameLength() {
        return maxNameLength;
    }

    /**
     * Returns the longest text of a field that the protocol knows. The limit does not apply to the signing token, and
     * not to texts in Base64, which may be as long as the body.
     *
     * @return characters
     */
    public int maxTextLength() {
        return maxTextLength;
    }

    /**
     * Returns the longest signing token.
     *
     * @return characters
     */
    public int maxSigningTokenLength() {
        return maxSigningTokenLength;
    }

    /**
     * Returns the longest number. The protocol knows no field with a number, but unknown fields may have one.
     *
     * @return characters
     */
    public int maxNumberLength() {
        return maxNumberLength;
    }

    /**
     * Returns the time from the last byte of the request to the last byte of the response.
     *
     * @return the time
     */
    public Duration timeLimit() {
        return timeLimit;
    }

    /** Returns the part of the time limit in which the signature must be made: all but the reserve. */
    Duration signingLimit() {
        return timeLimit.minus(reserve());
    }

    /** Returns the part of the time limit in which the request must be recorded. The rest of it is for the response. */
    Duration auditLimit() {
        return timeLimit.minus(reserve().dividedBy(RESPONSE_PART));
    }

    private Duration reserve() {
        Duration part = timeLimit.dividedBy(RESERVED_PART);
        return part.compareTo(MAX_RESERVE) < 0 ? part : MAX_RESERVE;
    }

    @Override
    public String toString() {
        return "CallbackLimits[maxBodyBytes=" + maxBodyBytes + ", maxNestingDepth=" + maxNestingDepth + ", maxTokens="
                + maxTokens + ", maxNameLength=" + maxNameLength + ", maxTextLength=" + maxTextLength
                + ", maxSigningTokenLength=" + maxSigningTokenLength + ", maxNumberLength=" + maxNumberLength
                + ", timeLimit=" + timeLimit + "]";
    }

    /** Sets limits. Not thread-safe. */
    public static final class Builder {

        private long maxBodyBytes = CallbackHandler.DEFAULT_MAX_BODY_BYTES;
        private int maxNestingDepth = 32;
        private int maxTokens = 128;
        private int maxNameLength = 128;
        private int maxTextLength = 256;
        private int maxSigningTokenLength = 16 * 1024;
        private int maxNumberLength = 256;
        private Duration timeLimit = Duration.ofSeconds(9);

        private Builder() {}

        /**
         * Sets the largest accepted body. Default: {@link CallbackHandler#DEFAULT_MAX_BODY_BYTES}.
         *
         * @param bytes the limit; positive
         * @return this builder
         * @throws IllegalArgumentException if the limit is not positive
         */
        public Builder maxBodyBytes(long bytes) {
            maxBodyBytes = atLeast(1, bytes, "The largest body, in bytes");
            return this;
        }

        /**
         * Sets how deep objects and arrays may be nested. Default: 32.
         *
         * @param levels the limit; 1 admits no nesting in the object of the request
         * @return this builder
         * @throws IllegalArgumentException if the limit is not positive
         */
        public Builder maxNestingDepth(int levels) {
            maxNestingDepth = (int) atLeast(1, levels, "The deepest nesting, in levels");
            return this;
        }

        /**
         * Sets how many JSON tokens a body may have. Default: 128.
         *
         * @param tokens the limit; at least 32, which the fields of the protocol may take
         * @return this builder
         * @throws IllegalArgumentException if the limit is too small for the fields of the protocol
         */
        public Builder maxTokens(int tokens) {
            maxTokens = (int) atLeast(32, tokens, "The largest number of JSON tokens");
            return this;
        }

        /**
         * Sets the longest name of a field, in bytes of UTF-8. Default: 128.
         *
         * @param bytes the limit; at least 17, the length of {@code data_to_be_signed}
         * @return this builder
         * @throws IllegalArgumentException if the limit is too small for the fields of the protocol
         */
        public Builder maxNameLength(int bytes) {
            maxNameLength = (int) atLeast(LONGEST_KNOWN_NAME, bytes, "The longest name of a field, in bytes");
            return this;
        }

        /**
         * Sets the longest text of a field, except for the signing token and texts in Base64. Default: 256.
         *
         * @param characters the limit; at least 128, the length of a SHA-512 digest in hexadecimal
         * @return this builder
         * @throws IllegalArgumentException if the limit is too small for the fields of the protocol
         */
        public Builder maxTextLength(int characters) {
            maxTextLength = (int) atLeast(LONGEST_DIGEST, characters, "The longest text, in characters");
            return this;
        }

        /**
         * Sets the longest signing token. Default: 16,384.
         *
         * @param characters the limit; positive
         * @return this builder
         * @throws IllegalArgumentException if the limit is not positive
         */
        public Builder maxSigningTokenLength(int characters) {
            maxSigningTokenLength = (int) atLeast(1, characters, "The longest signing token, in characters");
            return this;
        }

        /**
         * Sets the longest number. Default: 256.
         *
         * @param characters the limit; positive
         * @return this builder
         * @throws IllegalArgumentException if the limit is not positive
         */
        public Builder maxNumberLength(int characters) {
            maxNumberLength = (int) atLeast(1, characters, "The longest number, in characters");
            return this;
        }

        /**
         * Sets the time from the last byte of the request to the last byte of the response, errors included. Default: 9
         * s, because Document Engine waits for 10 s ({@code SIGNING_SERVICE_TIMEOUT} of its Helm chart). The last 500
         * ms, or the last tenth if that is less, are reserved for the audit log and the response. A request without a
         * signature by then gets a 503.
         *
         * @param limit the limit; positive
         * @return this builder
         * @throws IllegalArgumentException if the limit is not positive
         */
        public Builder timeLimit(Duration limit) {
            if (limit.isNegative() || limit.isZero()) {
                throw new IllegalArgumentException("The time for an answer must be positive: " + limit);
            }
            timeLimit = limit;
            return this;
        }

        private static long atLeast(long least, long value, String what) {
            if (value < least) {
                throw new IllegalArgumentException(what + ", must be at least " + least + ": " + value);
            }
            return value;
        }

        /**
         * Makes the limits.
         *
         * @return the limits
         */
        public CallbackLimits build() {
            return new CallbackLimits(this);
        }
    }
}
