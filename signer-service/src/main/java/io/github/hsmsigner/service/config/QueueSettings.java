package io.github.hsmsigner.service.config;

import java.time.Duration;
import java.util.Objects;

/**
 * The queue of signatures before a token. Immutable.
 *
 * @param maxWaiting how many requests may wait; a further one is answered with 503 immediately
 * @param maxWait how long one may wait, then it is answered with 503
 */
public record QueueSettings(int maxWaiting, Duration maxWait) {

    /**
     * Checks the parts.
     *
     * @param maxWaiting how many may wait
     * @param maxWait how long one may wait
     */
    public QueueSettings {
        Objects.requireNonNull(maxWait, "maxWait");
    }
}
