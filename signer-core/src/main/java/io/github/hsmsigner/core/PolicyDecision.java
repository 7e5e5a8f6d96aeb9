package io.github.hsmsigner.core;

import java.util.Objects;
import java.util.Optional;

/**
 * The answer of a {@link SigningPolicy}. Immutable.
 */
public final class PolicyDecision {

    private static final PolicyDecision ALLOW = new PolicyDecision(null, null);

    private final String caller;
    private final String denialReason;

    private PolicyDecision(String caller, String denialReason) {
        this.caller = caller;
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
     * The request may go on, and the policy knows who asks.
     *
     * @param caller what the audit log calls the caller; must not repeat the signing token
     * @return the decision
     */
    public static PolicyDecision allow(String caller) {
        return new PolicyDecision(Objects.requireNonNull(caller, "caller"), null);
    }

    /**
     * The request is refused.
     *
     * @param reason why, for the operator's log; the client does not see it. Must not repeat the signing token
     * @return the decision
     */
    public static PolicyDecision deny(String reason) {
        return new PolicyDecision(null, Objects.requireNonNull(reason, "reason"));
    }

    /**
     * Who asks, where the policy knows.
     *
     * @return what the audit log calls the caller, or empty
     */
    public Optional<String> caller() {
        return Optional.ofNullable(caller);
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
