package io.github.hsmsigner.service.server;

import java.util.Locale;
import java.util.concurrent.atomic.AtomicLongArray;

/** A limit of the server, beyond which it refuses a request or closes a connection. */
public enum ServerLimit {
    /** A request was answered with 503 because all permits were in use. */
    MAX_REQUESTS,
    /** A slow body was cut off because a client of another address waited for a permit. */
    CLIENT_SHARE,
    /** A request was answered with 503 because long texts used up the memory for requests. */
    REQUEST_MEMORY,
    /** A connection without a complete request was closed because there were too many connections. */
    MAX_CONNECTIONS,
    /** A connection was closed because no complete header came in time. */
    HEADER_TIMEOUT,
    /** A connection was closed because its client did not take a response in time. */
    RESPONSE_TIMEOUT;

    /** {@return the value of the limit in metrics: lower case, with underscores} */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Counts how often clients exceeded each limit. Thread-safe. */
    static final class Counter {

        private final AtomicLongArray counts = new AtomicLongArray(values().length);

        void increment(ServerLimit limit) {
            counts.incrementAndGet(limit.ordinal());
        }

        long sum(ServerLimit limit) {
            return counts.get(limit.ordinal());
        }
    }
}
