package io.github.hsmsigner.pkcs11.health;

import java.util.Objects;

/**
 * How a token is, as far as is known without asking it. Immutable.
 *
 * @param state the state
 * @param reason why it is not healthy, for the operator; empty for {@link State#HEALTHY}
 */
public record TokenHealth(State state, String reason) {

    /** The states. */
    public enum State {
        /** Everything works. */
        HEALTHY,
        /** Signatures are made, but with less than all sessions. */
        DEGRADED,
        /** Signatures cannot be made now, or should not be asked for here. */
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
     * Everything works.
     *
     * @return the state
     */
    public static TokenHealth healthy() {
        return HEALTHY;
    }

    /**
     * Works with less than all sessions.
     *
     * @param reason why
     * @return the state
     */
    public static TokenHealth degraded(String reason) {
        return new TokenHealth(State.DEGRADED, reason);
    }

    /**
     * Does not work.
     *
     * @param reason why
     * @return the state
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
