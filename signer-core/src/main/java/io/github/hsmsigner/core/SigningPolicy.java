package io.github.hsmsigner.core;

/**
 * Decides who may use which key for what.
 *
 * <p>Implementations are safe for use by any number of threads at once and answer without waiting for anything.
 */
@FunctionalInterface
public interface SigningPolicy {

    /**
     * Decides about one attempt.
     *
     * @param attempt what is asked, by whom
     * @return the decision
     */
    PolicyDecision decide(SigningAttempt attempt);

    /**
     * The policy that lets everybody do everything.
     *
     * @return an open policy
     */
    static SigningPolicy open() {
        return attempt -> PolicyDecision.allow();
    }

    /**
     * This policy and another one: what one of them denies is denied. The other one is asked only if this one allows, and the
     * caller is who this one says it is, or else who the other one says.
     *
     * @param other the other policy
     * @return the stricter policy
     */
    default SigningPolicy and(SigningPolicy other) {
        return attempt -> {
            PolicyDecision mine = decide(attempt);
            if (mine.denialReason().isPresent()) {
                return mine;
            }
            PolicyDecision theirs = other.decide(attempt);
            return theirs.denialReason().isPresent() || mine.caller().isEmpty() ? theirs : mine;
        };
    }
}
