package io.github.hsmsigner.core;

import java.util.Objects;
import java.util.Optional;

/**
 * The answer of a {@link SigningPolicy}. Immutable.
 */
public final class PolicyDecision {

    private static final PolicyDecision ALLOW = new PolicyDecision(null);

    private final String denialReason;

    private PolicyDecision(String denialReason) {
        this.denialReason = denialReason;
    }

    /**
     * The request may go on.
     *
     * @return the decision
     */
    public static PolicyDecision allow() {
        return ALLOW;
    }

    /**
     * The request is refused.
     *
     * @param reason why, for the operator's log; the client does not see it. Must not repeat the signing token
     * @return the decision
     */
    public static PolicyDecision deny(String reason) {
        return new PolicyDecision(Objects.requireNonNull(reason, "reason"));
    }

    /**
     * Why the request is refused.
     *
     * @return the reason, or empty if the request may go on
     */
    public Optional<String> denialReason() {
        return Optional.ofNullable(denialReason);
    }
}
