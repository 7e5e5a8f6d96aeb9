package io.github.hsmsigner.core.error;

import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The service cannot make a signature now. The HSM is unreachable or refuses the login, all sessions stayed busy until
 * the deadline, no timestamp authority responds, or the service is still starting.
 *
 * <p>{@link #retryable()} separates an error that passes without help from one that lasts until an operator acts, such
 * as a wrong PIN. {@link #reason()} is the cause for programs. Immutable, except for what every {@link Throwable} lets
 * callers add.
 */
public final class SigningUnavailableException extends SigningException {

    private static final long serialVersionUID = 2L;

    private static final String KEY_UNAVAILABLE = "The signing key is not available at the moment.";

    /**
     * The reason why a signature is not available, for programs: failover, metrics, audit logs.
     *
     * <p>{@link #BUSY} and {@link #LATE} do not mean that something is broken. A caller with another signer for the
     * same key must not fail over because of them. Otherwise an overload of one site becomes an overload of the next.
     */
    public enum Reason {
        /** All sessions, permits or queue entries were in use. The signer works. Do not fail over; retry later. */
        BUSY,
        /**
         * The deadline passed, or the calling thread was interrupted, before there was an answer. It is not known whether the signer
         * works. Do not fail over because of it.
         */
        LATE,
        /**
         * Something that the signature needs does not work: the HSM, its network, a timestamp authority, a certificate. Try another
         * signer for the key.
         */
        DOWN,
        /** The token rejected the PIN, or there is no PIN. An operator must act. Try another signer for the key. */
        PIN_REJECTED,
        /** The token works, but does not have the key, or has another key in its place. Try another signer for the key. */
        KEY_MISSING;

        /**
         * Returns the name for protocols, logs and metrics: lower case, words joined by underscores.
         *
         * @return the stable text
         */
        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }

        /**
         * Returns whether the signer itself failed, so that another signer for the key should be tried.
         *
         * @return {@code false} for {@link #BUSY} and {@link #LATE}
         */
        public boolean signerFailed() {
            return this != BUSY && this != LATE;
        }
    }

    /** Why the signature is not available. */
    private final Reason reason;
    /** Whether the error is expected to pass without help. */
    private final boolean retryable;
    /** The time after which to retry; {@code null} where waiting alone does not help. */
    private final @Nullable Duration retryAfter;

    private SigningUnavailableException(
            Reason reason,
            String message,
            String clientMessage,
            boolean retryable,
            @Nullable Duration retryAfter,
            @Nullable Throwable cause) {
        super(ErrorCode.UNAVAILABLE, message, clientMessage, cause);
        this.reason = Objects.requireNonNull(reason, "reason");
        this.retryable = retryable;
        this.retryAfter = retryAfter;
    }

    /**
     * Creates an error that is expected to pass, with the reason {@link Reason#DOWN}.
     *
     * @param message what failed, for the operator
     * @param retryAfter the time after which to retry
     * @param cause the cause; may be {@code null}
     * @return the error
     */
    public static SigningUnavailableException passing(String message, Duration retryAfter, @Nullable Throwable cause) {
        return passing(Reason.DOWN, message, retryAfter, cause);
    }

    /**
     * Creates an error that is expected to pass.
     *
     * @param reason the reason, for programs
     * @param message what failed, for the operator
     * @param retryAfter the time after which to retry
     * @param cause the cause; may be {@code null}
     * @return the error
     */
    public static SigningUnavailableException passing(
            Reason reason, String message, Duration retryAfter, @Nullable Throwable cause) {
        return passing(reason, message, KEY_UNAVAILABLE, retryAfter, cause);
    }

    /**
     * Creates an error that is expected to pass and concerns something other than the key, with the reason {@link Reason#DOWN}.
     *
     * @param message what failed, for the operator
     * @param clientMessage what the caller of the service may read
     * @param retryAfter the time after which to retry
     * @param cause the cause; may be {@code null}
     * @return the error
     */
    public static SigningUnavailableException passing(
            String message, String clientMessage, Duration retryAfter, @Nullable Throwable cause) {
        return passing(Reason.DOWN, message, clientMessage, retryAfter, cause);
    }

    /**
     * Creates an error that is expected to pass and concerns something other than the key.
     *
     * @param reason the reason, for programs
     * @param message what failed, for the operator
     * @param clientMessage what the caller of the service may read
     * @param retryAfter the time after which to retry
     * @param cause the cause; may be {@code null}
     * @return the error
     */
    public static SigningUnavailableException passing(
            Reason reason, String message, String clientMessage, Duration retryAfter, @Nullable Throwable cause) {
        return new SigningUnavailableException(
                reason, message, clientMessage, true, Objects.requireNonNull(retryAfter, "retryAfter"), cause);
    }

    /**
     * Creates an error that lasts until an operator acts, with the reason {@link Reason#DOWN}.
     *
     * @param message what failed and what to do, for the operator
     * @param cause the cause; may be {@code null}
     * @return the error
     */
    public static SigningUnavailableException lasting(String message, @Nullable Throwable cause) {
        return lasting(Reason.DOWN, message, cause);
    }

    /**
     * Creates an error that lasts until an operator acts.
     *
     * @param reason the reason, for programs
     * @param message what failed and what to do, for the operator
     * @param cause the cause; may be {@code null}
     * @return the error
     */
    public static SigningUnavailableException lasting(Reason reason, String message, @Nullable Throwable cause) {
        return lasting(reason, message, KEY_UNAVAILABLE, cause);
    }

    /**
     * Creates an error that lasts until an operator acts and concerns something other than the key, with the reason
     * {@link Reason#DOWN}.
     *
     * @param message what failed and what to do, for the operator
     * @param clientMessage what the caller of the service may read
     * @param cause the cause; may be {@code null}
     * @return the error
     */
    public static SigningUnavailableException lasting(String message, String clientMessage, @Nullable Throwable cause) {
        return lasting(Reason.DOWN, message, clientMessage, cause);
    }

    /**
     * Creates an error that lasts until an operator acts and concerns something other than the key.
     *
     * @param reason the reason, for programs
     * @param message what failed and what to do, for the operator
     * @param clientMessage what the caller of the service may read
     * @param cause the cause; may be {@code null}
     * @return the error
     */
    public static SigningUnavailableException lasting(
            Reason reason, String message, String clientMessage, @Nullable Throwable cause) {
        return new SigningUnavailableException(reason, message, clientMessage, false, null, cause);
    }

    /**
     * Returns why the signature is not available, for programs.
     *
     * @return the reason
     */
    public Reason reason() {
        return reason;
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
