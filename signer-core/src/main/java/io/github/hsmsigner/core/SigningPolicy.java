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
}
