package io.github.hsmsigner.core.error;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * A signature cannot be made now: the HSM is unreachable or refuses the login, all sessions stayed busy until the deadline, no
 * timestamp authority answers, or the service is still starting.
 *
 * <p>{@link #retryable()} tells a passing trouble from one that lasts until a person acts, such as a wrong PIN.
 */
public final class SigningUnavailableException extends SigningException {

    private static final long serialVersionUID = 1L;

    private static final String KEY_UNAVAILABLE = "The signing key is not available at the moment.";

    /** Whether the trouble is expected to pass. */
    private final boolean retryable;
    /** When trying again is sensible; {@code null} where waiting alone does not help. */
    private final Duration retryAfter;

    private SigningUnavailableException(
            String message, String clientMessage, boolean retryable, Duration retryAfter, Throwable cause) {
        super(ErrorCode.UNAVAILABLE, message, clientMessage, cause);
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
        return passing(message, KEY_UNAVAILABLE, retryAfter, cause);
    }

    /**
     * Trouble of something other than the key that is expected to pass.
     *
     * @param message what failed, for the operator
     * @param clientMessage what the caller of the service may read
     * @param retryAfter when trying again is sensible
     * @param cause what led to it; may be {@code null}
     * @return the error
     */
    public static SigningUnavailableException passing(
            String message, String clientMessage, Duration retryAfter, Throwable cause) {
        return new SigningUnavailableException(
                message, clientMessage, true, Objects.requireNonNull(retryAfter, "retryAfter"), cause);
    }

    /**
     * Trouble that lasts until somebody mends it.
     *
     * @param message what failed and what to do, for the operator
     * @param cause what led to it; may be {@code null}
     * @return the error
     */
    public static SigningUnavailableException lasting(String message, Throwable cause) {
        return lasting(message, KEY_UNAVAILABLE, cause);
    }

    /**
     * Trouble of something other than the key that lasts until an operator acts.
     *
     * @param message what failed and what to do, for the operator
     * @param clientMessage what the caller of the service may read
     * @param cause what led to it; may be {@code null}
     * @return the error
     */
    public static SigningUnavailableException lasting(String message, String clientMessage, Throwable cause) {
        return new SigningUnavailableException(message, clientMessage, false, null, cause);
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
