package io.github.hsmsigner.http.protocol;

import java.time.Duration;
import java.util.Objects;

/**
 * The limits of a request body, and the time limit of the response. A body that exceeds a limit gets a 4xx. Contents are
 * hashed while they arrive and take no memory. A {@link MemoryBudget} limits all requests together. Immutable.
 *
 * @param maxBodyBytes the size of the body
 * @param json the limits of the JSON in the body
 * @param minimumDataRate the rate at which the body must arrive
 * @param timeLimit the time from the last byte of the request to the last byte of the response. The last 500 ms, or the
 *     last tenth if that is less, are reserved for the audit log and the response. A request without a signature by
 *     then gets a 503
 */
public record CallbackLimits(long maxBodyBytes, Json json, MinimumDataRate minimumDataRate, Duration timeLimit) {

    /** The most time that is reserved for the audit log and the response. */
    private static final Duration MAX_RESERVE = Duration.ofMillis(500);

    /**
     * The body carries Base64 of 1 GiB of contents, and the other fields. Document Engine waits for 10 s
     * ({@code SIGNING_SERVICE_TIMEOUT} of its Helm chart).
     */
    private static final CallbackLimits DEFAULTS =
            new CallbackLimits(1_503_238_553L, Json.DEFAULTS, MinimumDataRate.NONE, Duration.ofSeconds(9));

    /**
     * Checks the limits.
     *
     * @param maxBodyBytes the size of the body
     * @param json the limits of the JSON
     * @param minimumDataRate the rate of the body
     * @param timeLimit the time limit
     * @throws IllegalArgumentException if a limit is too small
     */
    public CallbackLimits {
        requireAtLeast(1, maxBodyBytes, "The largest body, in bytes");
        Objects.requireNonNull(json, "json");
        requireAtLeast(0, minimumDataRate.bytesPerSecond(), "The minimum data rate, in bytes per second");
        if (timeLimit.isNegative() || timeLimit.isZero()) {
            throw new IllegalArgumentException("The time limit must be positive: " + timeLimit);
        }
    }

    /** {@return 1,503,238,553 bytes, the default limits of the JSON, any rate, and 9 s} */
    public static CallbackLimits defaults() {
        return DEFAULTS;
    }

    /**
     * Returns the same limits with another size of the body.
     *
     * @param bytes the largest body; positive
     * @return the limits
     */
    public CallbackLimits withMaxBodyBytes(long bytes) {
        return new CallbackLimits(bytes, json, minimumDataRate, timeLimit);
    }

    /**
     * Returns the same limits with another rate of the body.
     *
     * @param rate the minimum rate
     * @return the limits
     */
    public CallbackLimits withMinimumDataRate(MinimumDataRate rate) {
        return new CallbackLimits(maxBodyBytes, json, rate, timeLimit);
    }

    /**
     * Returns the same limits with another time limit.
     *
     * @param limit the time limit; positive
     * @return the limits
     */
    public CallbackLimits withTimeLimit(Duration limit) {
        return new CallbackLimits(maxBodyBytes, json, minimumDataRate, limit);
    }

    /** Returns the part of the time limit in which the signature must be made. */
    Duration signingLimit() {
        return timeLimit.minus(reserve());
    }

    /** Returns the part of the time limit in which the request must be recorded. A fifth of the reserve remains. */
    Duration auditLimit() {
        return timeLimit.minus(reserve().dividedBy(5));
    }

    private Duration reserve() {
        Duration tenth = timeLimit.dividedBy(10);
        return tenth.compareTo(MAX_RESERVE) < 0 ? tenth : MAX_RESERVE;
    }

    private static void requireAtLeast(long least, long value, String subject) {
        if (value < least) {
            throw new IllegalArgumentException(subject + ", must be at least " + least + ": " + value);
        }
    }

    /**
     * The limits of the JSON in a body.
     *
     * @param maxNestingDepth the depth of objects and arrays, including the object of the request; default: 32
     * @param maxTokens the number of names, values, and beginnings and ends of objects and arrays; at least 32, which
     *     the fields of the protocol can take; default: 128
     * @param maxNameLength the length of a field name, in bytes of UTF-8; at least 17; default: 128
     * @param maxTextLength the length of a text in a known field, in characters; at least 128, the length of a SHA-512
     *     digest in hexadecimal; not for the signing token and Base64; default: 256
     * @param maxSigningTokenLength the length of the signing token, in characters; default: 16,384
     * @param maxNumberLength the length of a number, which only unknown fields can have, in characters; default: 256
     */
    public record Json(
            int maxNestingDepth,
            int maxTokens,
            int maxNameLength,
            int maxTextLength,
            int maxSigningTokenLength,
            int maxNumberLength) {

        private static final Json DEFAULTS = new Json(32, 128, 128, 256, 16 * 1024, 256);

        /**
         * Checks that the fields of the protocol fit.
         *
         * @param maxNestingDepth the depth
         * @param maxTokens the number of tokens
         * @param maxNameLength the length of a name
         * @param maxTextLength the length of a text
         * @param maxSigningTokenLength the length of the signing token
         * @param maxNumberLength the length of a number
         * @throws IllegalArgumentException if a limit is too small
         */
        public Json {
            requireAtLeast(1, maxNestingDepth, "The deepest nesting, in levels");
            requireAtLeast(32, maxTokens, "The largest number of JSON tokens");
            requireAtLeast("data_to_be_signed".length(), maxNameLength, "The longest name, in bytes");
            requireAtLeast(128, maxTextLength, "The longest text, in characters");
            requireAtLeast(1, maxSigningTokenLength, "The longest signing token, in characters");
            requireAtLeast(1, maxNumberLength, "The longest number, in characters");
        }
    }
}
