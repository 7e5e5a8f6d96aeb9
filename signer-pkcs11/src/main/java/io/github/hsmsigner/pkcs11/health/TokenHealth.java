package io.github.hsmsigner.pkcs11.health;

import java.util.Objects;

/**
 * The health of a token, as far as it is known without a call. Immutable.
 *
 * @param state the state
 * @param reason the reason why it is not healthy, for the operator; empty for {@link State#HEALTHY}
 */
public record TokenHealth(State state, String reason) {

    /** The states. */
    public enum State {
        /** Everything works. */
        HEALTHY,
        /** The token makes signatures, but with less than all sessions. */
        DEGRADED,
        /** The token cannot make signatures now, or should not get requests. */
        UNHEALTHY
    }

    private static final TokenHealth HEALTHY = new TokenHealth(State.HEALTHY, "");

    /**
     * Checks the parts.
     *
     * @param state the state
     * @param reason why it is not healthy
     */
    public TokenHealth {
        Objects.requireNonNull(state, "state");
        Objects.requireNonNull(reason, "reason");
    }

    /**
     * Returns the health of a token that works.
     *
     * @return the health
     */
    public static TokenHealth healthy() {
        return HEALTHY;
    }

    /**
     * Returns the health of a token that works with less than all sessions.
     *
     * @param reason the reason
     * @return the health
     */
    public static TokenHealth degraded(String reason) {
        return new TokenHealth(State.DEGRADED, reason);
    }

    /**
     * Returns the health of a token that does not work.
     *
     * @param reason the reason
     * @return the health
     */
    public static TokenHealth unhealthy(String reason) {
        return new TokenHealth(State.UNHEALTHY, reason);
    }

    /**
     * Returns whether the token accepts requests.
     *
     * @return {@code false} for {@link State#UNHEALTHY}
     */
    public boolean usable() {
        return state != State.UNHEALTHY;
    }

    @Override
    public String toString() {
        return reason.isEmpty() ? state.toString() : state + ": " + reason;
    }
}
