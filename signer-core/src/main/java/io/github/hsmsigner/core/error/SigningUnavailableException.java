package io.github.hsmsigner.core.error;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * The key cannot be used now: the HSM is unreachable or refuses the login, all sessions stayed busy until the deadline, or the
 * service is still starting.
 *
 * <p>{@link #retryable()} tells a passing trouble from one that lasts until a person acts, such as a wrong PIN.
 */
public final class SigningUnavailableException extends SigningException {

    private static final long serialVersionUID = 1L;

    /** Whether the trouble is expected to pass. */
    private final boolean retryable;
    /** When trying again is sensible; {@code null} where waiting alone does not help. */
    private final Duration retryAfter;

    private SigningUnavailableException(String message, boolean retryable, Duration retryAfter, Throwable cause) {
        super(ErrorCode.UNAVAILABLE, message, "The signing key is not available at the moment.", cause);
        this.retryable = retryable;
        this.retryAfter = retryAfter;
    }

    /**
     * Trouble that is expected to pass.
     *
     * @param message what failed, for the operator
     * @param retryAfter when trying again is sensible
     * @param cause what led to it; may be {@code null}
     * @return the error
     */
    public static SigningUnavailableException passing(String message, Duration retryAfter, Throwable cause) {
        return new SigningUnavailableException(message, true, Objects.requireNonNull(retryAfter, "retryAfter"), cause);
    }

    /**
     * Trouble that lasts until somebody mends it.
     *
     * @param message what failed and what to do, for the operator
     * @param cause what led to it; may be {@code null}
     * @return the error
     */
    public static SigningUnavailableException lasting(String message, Throwable cause) {
        return new SigningUnavailableException(message, false, null, cause);
    }

    @Override
    public boolean retryable() {
        return retryable;
    }

    @Override
    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }
}
