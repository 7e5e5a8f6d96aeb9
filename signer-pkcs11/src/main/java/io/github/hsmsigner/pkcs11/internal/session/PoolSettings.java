package io.github.hsmsigner.pkcs11.internal.session;

import java.time.Duration;

/**
 * The settings of a session pool, with the names of HikariCP where the meaning is the same.
 *
 * @param maximumPoolSize the largest number of sessions
 * @param minimumIdle the number of idle sessions that the pool tries to keep ready
 * @param openingsAtOnce the largest number of sessions that are opened at the same time
 * @param idleTimeout the time after which an idle session is closed, if there are more than the minimum
 * @param keepaliveTime the time after which an idle session is checked
 * @param maxLifetime the time after which a session is replaced
 * @param regrowPause the time after which the pool grows again, if the token had no room for its sessions
 */
public record PoolSettings(
        int maximumPoolSize,
        int minimumIdle,
        int openingsAtOnce,
        Duration idleTimeout,
        Duration keepaliveTime,
        Duration maxLifetime,
        Duration regrowPause) {}
