package io.github.hsmsigner.core.error;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * The policy lets this caller do this, but not so often. The same request may succeed later.
 */
public final class RateLimitedException extends SigningException {

    private static final long serialVersionUID = 1L;

    /** The time after which a retry is sensible. */
    private final Duration retryAfter;

    /**
     * Makes the error.
     *
     * @param reason which limit was reached, for the operator; must not repeat the signing token
     * @param retryAfter when trying again is sensible
     */
    public RateLimitedException(String reason, Duration retryAfter) {
        super(ErrorCode.RATE_LIMITED, reason, "This caller asks for more signatures than it may have now.", null);
        this.retryAfter = Objects.requireNonNull(retryAfter, "retryAfter");
    }

    @Override
    public boolean retryable() {
        return true;
    }

    @Override
    public Optional<Duration> retryAfter() {
        return Optional.of(retryAfter);
    }
}
