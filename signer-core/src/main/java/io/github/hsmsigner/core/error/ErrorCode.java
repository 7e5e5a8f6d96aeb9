package io.github.hsmsigner.core.error;

/** The stable names of the kinds of errors, for programs that distinguish them without knowing Java classes. */
public enum ErrorCode {
    /** The request is malformed or contradicts itself; the same request will fail again. */
    INVALID_REQUEST("invalid_request"),
    /** The policy does not let this caller do this. */
    DENIED("denied"),
    /** The policy lets this caller do this, but not so often. */
    RATE_LIMITED("rate_limited"),
    /** The request names a key that is not configured, or names none where several are. */
    NO_SUCH_KEY("no_such_key"),
    /** The request is well-formed and asks for something that this service or key does not do. */
    UNSUPPORTED("unsupported"),
    /** The key cannot be used at the moment. */
    UNAVAILABLE("unavailable"),
    /** A fault in this software or in what it runs on. */
    INTERNAL("internal"),
    /** The settings cannot work; raised while things are set up, never by a request. */
    INVALID_CONFIGURATION("invalid_configuration");

    private final String text;

    ErrorCode(String text) {
        this.text = text;
    }

    /**
     * Returns the name used in protocols and logs: lower case, words joined by underscores.
     *
     * @return the stable text of this code
     */
    public String text() {
        return text;
    }
}
