package io.github.hsmsigner.access;

import io.github.hsmsigner.core.PolicyDecision;
import io.github.hsmsigner.core.SigningAttempt;
import io.github.hsmsigner.core.SigningPolicy;
import io.github.hsmsigner.core.SigningToken;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The signing token names a listed user, as in the vendor's example: it is the user's name, or a JSON object with
 * {@code userId} and optionally {@code signMethod}. Nothing proves that the token is genuine: every caller that knows a
 * user's name can write one. Immutable.
 *
 * @param users the users who may sign; at least one, names distinct
 * @param keyBySignMethod the key for a value of {@code signMethod}; the policy selects no key for other values
 */
public record UserListSettings(List<ListedUser> users, Map<String, String> keyBySignMethod) implements PolicySettings {

    private static final int MAX_OCTETS = 8_192;

    /**
     * Checks the list.
     *
     * @param users the users who may sign; at least one, names distinct
     * @param keyBySignMethod the key for a value of {@code signMethod}
     * @throws InvalidConfigurationException if the list is empty, a user is listed twice, or a key can never be used
     */
    public UserListSettings {
        users = List.copyOf(users);
        keyBySignMethod = Map.copyOf(keyBySignMethod);
        if (users.isEmpty()) {
            throw new InvalidConfigurationException("A policy over a list of users needs at least one user.");
        }
        Set<String> names = new HashSet<>();
        for (ListedUser user : users) {
            if (!names.add(user.userId())) {
                throw new InvalidConfigurationException("The user \"" + user.userId() + "\" is listed twice.");
            }
        }
        for (String signMethod : keyBySignMethod.keySet()) {
            if (users.stream().noneMatch(user -> user.mayUse(signMethod))) {
                throw new InvalidConfigurationException("The key for the signMethod \"" + signMethod
                        + "\" can never be used, because no user is listed with this signMethod.");
            }
        }
    }

    @Override
    public String kind() {
        return "user_list";
    }

    @Override
    public SigningPolicy policy(Clock clock) {
        return this::decide;
    }

    @Override
    public Optional<Set<String>> knownCallers() {
        return Optional.of(users.stream().map(ListedUser::userId).collect(Collectors.toUnmodifiableSet()));
    }

    @Override
    public Set<String> keyNames() {
        return Set.copyOf(keyBySignMethod.values());
    }

    @Override
    public List<String> warnings() {
        return List.of(
                "Signing tokens that name a user prove nothing: every caller that knows a user's name may sign.");
    }

    /**
     * A user who may sign.
     *
     * @param userId the value of {@code userId}, and the name of the caller in logs
     * @param signMethods the accepted values of {@code signMethod}; empty accepts any value, and a token without one
     */
    public record ListedUser(String userId, Set<String> signMethods) {

        /**
         * Checks the name.
         *
         * @param userId the value of {@code userId}, and the name of the caller in logs
         * @param signMethods the accepted values of {@code signMethod}; empty accepts any value, and a token without one
         * @throws InvalidConfigurationException if the name is not valid
         */
        public ListedUser {
            CallerName.check(userId);
            signMethods = Set.copyOf(signMethods);
        }

        private boolean mayUse(String signMethod) {
            return signMethods.isEmpty() || signMethods.contains(signMethod);
        }
    }

    private PolicyDecision decide(SigningAttempt attempt) {
        Optional<byte[]> octets = attempt.context().signingToken().map(SigningToken::octets);
        if (octets.isEmpty()) {
            return PolicyDecision.deny("The request has no signing token.");
        }
        if (octets.get().length > MAX_OCTETS) {
            return PolicyDecision.deny("The signing token is longer than " + MAX_OCTETS + " bytes.");
        }
        if (!StrictJson.beginsObject(octets.get())) {
            return decide(new String(octets.get(), StandardCharsets.UTF_8), Optional.empty());
        }
        return StrictJson.object(octets.get())
                .map(this::decide)
                .orElseGet(() -> PolicyDecision.deny("The signing token is not a well-formed JSON object."));
    }

    private PolicyDecision decide(Map<String, @Nullable Object> members) {
        if (!(members.get("userId") instanceof String userId)) {
            return PolicyDecision.deny("The signing token has no userId that is a text.");
        }
        return decide(userId, Optional.ofNullable(members.get("signMethod")));
    }

    private PolicyDecision decide(String userId, Optional<Object> signMethod) {
        Optional<ListedUser> user =
                users.stream().filter(listed -> listed.userId().equals(userId)).findFirst();
        if (user.isEmpty()) {
            return PolicyDecision.deny("The signing token names no listed user.");
        }
        if (signMethod.isPresent() && !(signMethod.get() instanceof String)) {
            return PolicyDecision.deny("The signMethod of the signing token is not a text.")
                    .withCaller(userId);
        }
        Set<String> accepted = user.get().signMethods();
        if (!accepted.isEmpty() && !signMethod.map(accepted::contains).orElse(false)) {
            return PolicyDecision.deny(
                            "The user \"" + userId + "\" is not listed with the signMethod of the signing token.")
                    .withCaller(userId);
        }
        PolicyDecision allowed = PolicyDecision.allow(userId);
        return signMethod.map(keyBySignMethod::get).map(allowed::withKey).orElse(allowed);
    }
}
