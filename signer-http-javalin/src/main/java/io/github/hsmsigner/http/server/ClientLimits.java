package io.github.hsmsigner.http.server;

import io.github.hsmsigner.http.protocol.MemoryBudget;
import java.time.Duration;
import java.util.Objects;

/**
 * What a client may take of the server. Immutable.
 *
 * @param maxHeaderBytes the largest header of a request, in bytes
 * @param maxHeaderFields how many fields a header may have
 * @param idleTimeout how long a connection may be silent
 * @param minBytesPerSecond how fast a body must arrive, on average, after {@code slowGrace}; 0 for any speed
 * @param slowGrace how long a body may arrive slower
 * @param maxConnections how many connections there may be at once
 * @param maxRequests how many callbacks are served at once, those that wait and those that still send their body included
 * @param maxRequestMemory how many bytes of heap all requests together may take for long texts
 */
public record ClientLimits(
        int maxHeaderBytes,
        int maxHeaderFields,
        Duration idleTimeout,
        int minBytesPerSecond,
        Duration slowGrace,
        int maxConnections,
        int maxRequests,
        long maxRequestMemory) {

    private static final ClientLimits DEFAULTS = new ClientLimits(
            8_192, 64, Duration.ofSeconds(30), 1_024, Duration.ofSeconds(10), 1_024, 256, MemoryBudget.DEFAULT_BYTES);

    /**
     * Checks the parts.
     *
     * @param maxHeaderBytes the largest header of a request, in bytes
     * @param maxHeaderFields how many fields a header may have
     * @param idleTimeout how long a connection may be silent
     * @param minBytesPerSecond how fast a body must arrive
     * @param slowGrace how long a body may arrive slower
     * @param maxConnections how many connections there may be at once
     * @param maxRequests how many callbacks are served at once
     * @param maxRequestMemory how many bytes of heap all requests together may take for long texts
     */
    public ClientLimits {
        Objects.requireNonNull(idleTimeout, "idleTimeout");
        Objects.requireNonNull(slowGrace, "slowGrace");
    }

    /**
     * Returns the default limits.
     *
     * @return the defaults
     */
    public static ClientLimits defaults() {
        return DEFAULTS;
    }

    /**
     * Returns the same limits with another idle timeout.
     *
     * @param timeout how long a connection may be silent
     * @return the limits
     */
    public ClientLimits withIdleTimeout(Duration timeout) {
        return new ClientLimits(
                maxHeaderBytes,
                maxHeaderFields,
                timeout,
                minBytesPerSecond,
                slowGrace,
                maxConnections,
                maxRequests,
                maxRequestMemory);
    }

    /**
     * Returns the same limits with another minimum rate of bodies.
     *
     * @param bytesPerSecond how fast a body must arrive, on average; 0 for any speed
     * @param grace how long a body may arrive slower
     * @return the limits
     */
    public ClientLimits withBodyRate(int bytesPerSecond, Duration grace) {
        return new ClientLimits(
                maxHeaderBytes,
                maxHeaderFields,
                idleTimeout,
                bytesPerSecond,
                grace,
                maxConnections,
                maxRequests,
                maxRequestMemory);
    }

    /**
     * Returns the same limits with another number of connections.
     *
     * @param connections how many connections there may be at once
     * @return the limits
     */
    public ClientLimits withMaxConnections(int connections) {
        return new ClientLimits(
                maxHeaderBytes,
                maxHeaderFields,
                idleTimeout,
                minBytesPerSecond,
                slowGrace,
                connections,
                maxRequests,
                maxRequestMemory);
    }

    /**
     * Returns the same limits with another number of requests.
     *
     * @param requests how many callbacks are served at once
     * @return the limits
     */
    public ClientLimits withMaxRequests(int requests) {
        return new ClientLimits(
                maxHeaderBytes,
                maxHeaderFields,
                idleTimeout,
                minBytesPerSecond,
                slowGrace,
                maxConnections,
                requests,
                maxRequestMemory);
    }
}
