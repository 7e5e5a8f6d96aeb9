package io.github.hsmsigner.service.auth;

import java.util.Set;

/**
 * A user who may sign, as the signing token names it. Immutable.
 *
 * @param userId the value of {@code userId}; also what logs call the caller
 * @param signMethods the accepted values of {@code signMethod}; empty accepts any value, and a token that has none
 */
public record ListedUser(String userId, Set<String> signMethods) {

    /**
     * Checks the name.
     *
     * @param userId the value of {@code userId}; also what logs call the caller
     * @param signMethods the accepted values of {@code signMethod}; empty accepts any value, and a token that has none
     * @throws io.github.hsmsigner.core.error.InvalidConfigurationException if the user's name is not printable or too
     *     long
     */
    public ListedUser {
        CallerName.check(userId);
        signMethods = Set.copyOf(signMethods);
    }

    /** Returns whether the user may use the value of signMethod; users without a list may use any. */
    boolean mayUse(String signMethod) {
        return signMethods.isEmpty() || signMethods.contains(signMethod);
    }
}
