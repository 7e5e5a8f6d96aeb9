package io.github.hsmsigner.core;

import java.util.Optional;

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
     * This policy and another one: what one of them denies is denied. The other one is asked only if this one allows, about the key
     * that this one chose, if it did. The caller is who this one says it is, or else who the other one says. If both choose a key,
     * it must be the same.
     *
     * @param other the other policy; it does not see a key chosen by itself, so a policy that chooses comes before those that
     *     judge the choice
     * @return the stricter policy
     */
    default SigningPolicy and(SigningPolicy other) {
        return attempt -> {
            PolicyDecision mine = decide(attempt);
            if (mine.denialReason().isPresent()) {
                return mine;
            }
            Optional<String> chosen = mine.keyName();
            PolicyDecision theirs = other.decide(chosen.map(attempt::withKey).orElse(attempt));
            if (chosen.isPresent()
                    && theirs.keyName().isPresent()
                    && !theirs.keyName().equals(chosen)) {
                theirs = PolicyDecision.deny("Two policies chose different keys for this caller.");
            }
            PolicyDecision both = mine.caller().map(theirs::withCaller).orElse(theirs);
            return chosen.map(both::withKey).orElse(both);
        };
    }
}
