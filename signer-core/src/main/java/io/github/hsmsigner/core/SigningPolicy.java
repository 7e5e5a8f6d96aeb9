package io.github.hsmsigner.core;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Decides who may use which key for what.
 *
 * <p>Implementations are thread-safe and answer without waiting for anything.
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
     * Returns the policy that allows every caller everything.
     *
     * @return an open policy
     */
    static SigningPolicy open() {
        return attempt -> PolicyDecision.allow();
    }

    /**
     * Combines this policy with another one; both must allow. The combined policy asks the other one only if this one allows, and
     * about the key that this one chose, if any. The decision has the callers of both policies, those of this one first. If both
     * policies choose a key, it must be the same key.
     *
     * @param other the other policy; it does not see a key that it chose, so a policy that chooses a key comes before a policy that
     *     checks the choice
     * @return the combined policy; thread-safe, as its parts are
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
            List<String> callers = Stream.concat(mine.callers().stream(), theirs.callers().stream())
                    .toList();
            PolicyDecision both = theirs.withCallers(callers);
            if (chosen.isPresent()) {
                return both.withKey(chosen.get());
            }
            return both.keyName().isPresent()
                    ? both
                    : mine.missingKeyReason().map(both::withoutKey).orElse(both);
        };
    }
}
