package io.github.hsmsigner.service.server;

import java.time.Duration;

/**
 * The limits for clients of the server. Immutable.
 *
 * @param idleTimeout how long a connection may be silent
 * @param minBytesPerSecond how fast a body must arrive, on average, after {@code slowGrace}; 0 for any speed
 * @param maxRequests how many callbacks are served at the same time, including requests that wait or still send a large
 *     body
 * @param maxRequestMemory how many bytes of heap all requests together may take for texts and bodies
 * @param minAverageRate how many bytes of a body must arrive in a second, on average over all of it; 0 for none
 * @param averageGrace how long a body may take in addition to that
 * @param responseTimeout how long a client may take to receive a response
 * @param shareByAddress whether each address has a share of the requests while other addresses wait
 */
public record ClientLimits(
        int maxHeaderBytes,
        int maxHeaderFields,
        Duration idleTimeout,
        int minBytesPerSecond,
        Duration slowGrace,
        int maxConnections,
        int maxRequests,
        long maxRequestMemory,
        int minAverageRate,
        Duration averageGrace,
        Duration responseTimeout,
        boolean shareByAddress) {}
