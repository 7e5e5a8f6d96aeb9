package io.github.hsmsigner.core.error;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The root of every error that this library raises on purpose.
 *
 * <p>{@link #getMessage()} is written for the operator: it names what failed, what was looked for and where, and may name
 * files, tokens and slots. {@link #clientMessage()} is written for the caller of the service. Both are free of secrets and of
 * document contents. The family is sealed so that a transport can map every kind to an answer and the compiler can check that
 * none is forgotten. Immutable, but for what every {@link Throwable} lets add.
 */
public abstract sealed class SigningException extends RuntimeException
        permits InvalidRequestException,
                SigningDeniedException,
                RateLimitedException,
                UnknownKeyException,
                UnsupportedRequestException,
                SigningUnavailableException,
                InternalSigningException,
                InvalidConfigurationException {

    private static final long serialVersionUID = 1L;

    /** The kind of error. */
    private final ErrorCode code;
    /** The message for the client. */
    private final String clientMessage;

    SigningException(ErrorCode code, String message, String clientMessage, @Nullable Throwable cause) {
        super(Objects.requireNonNull(message, "message"), cause);
        this.code = code;
        this.clientMessage = Objects.requireNonNull(clientMessage, "clientMessage");
    }

    /**
     * Returns the kind of error.
     *
     * @return the stable code
     */
    public final ErrorCode code() {
        return code;
    }

    /**
     * Returns the message that the client may read: a sentence without internals or secrets.
     *
     * @return the message for the client
     */
    public final String clientMessage() {
        return clientMessage;
    }

    /**
     * Returns whether the same request may succeed later without any change.
     *
     * @return {@code true} where trying again can help
     */
    public boolean retryable() {
        return false;
    }

    /**
     * Returns the time after which a retry is sensible.
     *
     * @return the time to wait; empty where waiting alone does not help
     */
    public Optional<Duration> retryAfter() {
        return Optional.empty();
    }
}
