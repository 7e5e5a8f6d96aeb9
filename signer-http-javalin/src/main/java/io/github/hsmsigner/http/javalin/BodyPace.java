package io.github.hsmsigner.http.javalin;

import java.time.Duration;
import java.util.Objects;

/**
 * How slowly a body may arrive. Only the time counts in which the server waits for the client. Immutable.
 *
 * @param minBytesPerSecond how fast the body must arrive, on average over each {@code grace} of waiting; 0 for any
 *     speed
 * @param grace over how much waiting the average is taken
 */
public record BodyPace(int minBytesPerSecond, Duration grace) {

    /** A body may arrive as slowly as the server's idle timeout lets it. */
    public static final BodyPace ANY = new BodyPace(0, Duration.ZERO);

    /**
     * Checks the parts.
     *
     * @param minBytesPerSecond how fast the body must arrive
     * @param grace over how much waiting the average is taken
     * @throws IllegalArgumentException if a part is negative
     */
    public BodyPace {
        Objects.requireNonNull(grace, "grace");
        if (minBytesPerSecond < 0 || grace.isNegative()) {
            throw new IllegalArgumentException("A pace is not negative.");
        }
    }
}
