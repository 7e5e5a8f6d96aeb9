package io.github.hsmsigner.service.server;

import io.github.hsmsigner.http.protocol.MemoryBudget;
import java.time.Duration;
import java.util.Objects;

/**
 * The limits for clients of the server. Immutable.
 *
 * @param maxHeaderBytes the largest header of a request, in bytes
 * @param maxHeaderFields how many fields a header may have
 * @param idleTimeout how long a connection may be silent
 * @param minBytesPerSecond how fast a body must arrive, on average, after {@code slowGrace}; 0 for any speed
 * @param slowGrace how long a body may arrive slower
 * @param maxConnections how many connections there may be at once
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
        boolean shareByAddress) {

    private static final ClientLimits DEFAULTS = new ClientLimits(
            8_192,
            64,
            Duration.ofSeconds(30),
            1_024,
            Duration.ofSeconds(10),
            1_024,
            256,
            MemoryBudget.DEFAULT_BYTES,
            65_536,
            Duration.ofSeconds(60),
            Duration.ofSeconds(30),
            true);

    /**
     * Checks the parts.
     *
     * @param maxHeaderBytes the largest header of a request, in bytes
     * @param maxHeaderFields how many fields a header may have
     * @param idleTimeout how long a connection may be silent
     * @param minBytesPerSecond how fast a body must arrive, on average, after {@code slowGrace}; 0 for any speed
     * @param slowGrace how long a body may arrive slower
     * @param maxConnections how many connections there may be at once
     * @param maxRequests how many callbacks are served at the same time, including requests that wait or still send a
     *     large body
     * @param maxRequestMemory how many bytes of heap all requests together may take for texts and bodies
     * @param minAverageRate how many bytes of a body must arrive in a second, on average over all of it; 0 for none
     * @param averageGrace how long a body may take in addition to that
     * @param responseTimeout how long a client may take to receive a response
     * @param shareByAddress whether each address has a share of the requests while other addresses wait
     */
    public ClientLimits {
        Objects.requireNonNull(idleTimeout, "idleTimeout");
        Objects.requireNonNull(slowGrace, "slowGrace");
        Objects.requireNonNull(averageGrace, "averageGrace");
        Objects.requireNonNull(responseTimeout, "responseTimeout");
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
                maxRequestMemory,
                minAverageRate,
                averageGrace,
                responseTimeout,
                shareByAddress);
    }

    /**
     * Returns the same limits with another minimum rate of bodies.
     *
     * @param bytesPerSecond how fast a body must arrive, on average, after {@code slowGrace}; 0 for any speed
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
                maxRequestMemory,
                minAverageRate,
                averageGrace,
                responseTimeout,
                shareByAddress);
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
                maxRequestMemory,
                minAverageRate,
                averageGrace,
                responseTimeout,
                shareByAddress);
    }

    /**
     * Returns the same limits with another number of requests.
     *
     * @param requests how many callbacks are served at the same time, including requests that wait or still send a
     *     large body
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
                maxRequestMemory,
                minAverageRate,
                averageGrace,
                responseTimeout,
                shareByAddress);
    }

    /**
     * Returns the same limits with another memory for requests.
     *
     * @param bytes how many bytes of heap all requests together may take for texts and bodies
     * @return the limits
     */
    public ClientLimits withMaxRequestMemory(long bytes) {
        return new ClientLimits(
                maxHeaderBytes,
                maxHeaderFields,
                idleTimeout,
                minBytesPerSecond,
                slowGrace,
                maxConnections,
                maxRequests,
                bytes,
                minAverageRate,
                averageGrace,
                responseTimeout,
                shareByAddress);
    }

    /**
     * Returns the same limits with another average rate of bodies.
     *
     * @param bytesPerSecond how many bytes of a body must arrive in a second, on average over all of it; 0 for none
     * @param grace how long a body may take in addition to that
     * @return the limits
     */
    public ClientLimits withAverageRate(int bytesPerSecond, Duration grace) {
        return new ClientLimits(
                maxHeaderBytes,
                maxHeaderFields,
                idleTimeout,
                minBytesPerSecond,
                slowGrace,
                maxConnections,
                maxRequests,
                maxRequestMemory,
                bytesPerSecond,
                grace,
                responseTimeout,
                shareByAddress);
    }

    /**
     * Returns the same limits with another timeout of responses.
     *
     * @param timeout how long a client may take to receive a response
     * @return the limits
     */
    public ClientLimits withResponseTimeout(Duration timeout) {
        return new ClientLimits(
                maxHeaderBytes,
                maxHeaderFields,
                idleTimeout,
                minBytesPerSecond,
                slowGrace,
                maxConnections,
                maxRequests,
                maxRequestMemory,
                minAverageRate,
                averageGrace,
                timeout,
                shareByAddress);
    }

    /**
     * Returns the same limits with or without a share for each address.
     *
     * @param share whether each address has a share of the requests while other addresses wait
     * @return the limits
     */
    public ClientLimits withShareByAddress(boolean share) {
        return new ClientLimits(
                maxHeaderBytes,
                maxHeaderFields,
                idleTimeout,
                minBytesPerSecond,
                slowGrace,
                maxConnections,
                maxRequests,
                maxRequestMemory,
                minAverageRate,
                averageGrace,
                responseTimeout,
                share);
    }
}
