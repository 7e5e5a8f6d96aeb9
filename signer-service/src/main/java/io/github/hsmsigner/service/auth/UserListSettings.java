package io.github.hsmsigner.service.auth;

import io.github.hsmsigner.core.SigningPolicy;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The signing token names a listed user, as in the vendor's example: it is the user's name, or a JSON object with
 * {@code userId} and optionally {@code signMethod}. Nothing proves that the token is genuine: every caller that knows a
 * user's name can write one. Immutable.
 *
 * @param users the users who may sign; at least one, names distinct
 * @param keyBySignMethod the key to use for a value of {@code signMethod}; the policy chooses none for values that are
 *     not there
 */
public record UserListSettings(List<ListedUser> users, Map<String, String> keyBySignMethod) implements PolicySettings {

    /**
     * Checks the users.
     *
     * @param users the users who may sign; at least one, names distinct
     * @param keyBySignMethod the key to use for a value of {@code signMethod}; the policy chooses none for values that
     *     are not there
     * @throws InvalidConfigurationException if there is no user, one occurs twice, or no user may use a value of
     *     signMethod
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
        return UserListPolicy.of(this);
    }

    @Override
    public boolean needsSigningToken() {
        return true;
    }

    @Override
    public Optional<Set<String>> knownCallers() {
        return Optional.of(users.stream().map(ListedUser::userId).collect(Collectors.toUnmodifiableSet()));
    }

    @Override
    public boolean choosesAnyKey() {
        return false;
    }

    @Override
    public List<Path> files() {
        return List.of();
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
}
