package io.github.hsmsigner.http.server;

import java.time.Duration;
import java.util.Objects;

/**
 * What a client may take of the server. Immutable.
 *
 * @param maxHeaderBytes the largest header of a request, in bytes
 * @param idleTimeout how long a connection may be silent
 * @param minBytesPerSecond how fast a body must arrive, on average, after {@code slowGrace}; 0 for any speed
 * @param slowGrace how long a body may arrive slower
 * @param maxConnections how many connections there may be at once
 * @param maxRequests how many callbacks are served at once, those that wait and those that still send their body included; a further
 *     one is answered with 503 at once
 */
public record ClientLimits(
        int maxHeaderBytes,
        Duration idleTimeout,
        int minBytesPerSecond,
        Duration slowGrace,
        int maxConnections,
        int maxRequests) {

    /**
     * Checks the parts.
     *
     * @param maxHeaderBytes the largest header of a request, in bytes
     * @param idleTimeout how long a connection may be silent
     * @param minBytesPerSecond how fast a body must arrive
     * @param slowGrace how long a body may arrive slower
     * @param maxConnections how many connections there may be at once
     * @param maxRequests how many callbacks are served at once
     */
    public ClientLimits {
        Objects.requireNonNull(idleTimeout, "idleTimeout");
        Objects.requireNonNull(slowGrace, "slowGrace");
    }

    /**
     * The limits where nothing else is set: header of 16 KiB, 30 s of silence, 1 KiB a second after 10 s, 1,024 connections, 256
     * callbacks.
     *
     * @return the defaults
     */
    public static ClientLimits defaults() {
        return new ClientLimits(16_384, Duration.ofSeconds(30), 1_024, Duration.ofSeconds(10), 1_024, 256);
    }
}
