package io.github.hsmsigner.http.auth;

import io.github.hsmsigner.core.error.InvalidConfigurationException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The signing token is a JSON object with {@code userId} and {@code signMethod}, as in the vendor's example, and the user is listed.
 * Nothing proves that the token is genuine: whoever knows a user's name can write one. Immutable.
 *
 * @param users the users who may sign; at least one, names distinct
 * @param keyBySignMethod the key to use for a value of {@code signMethod}; the policy chooses none for values that are not there
 */
public record UserListSettings(List<ListedUser> users, Map<String, String> keyBySignMethod) implements PolicySettings {

    /**
     * Checks the users.
     *
     * @param users the users who may sign; at least one, names distinct
     * @param keyBySignMethod the key to use for a value of {@code signMethod}; the policy chooses none for values that are not there
     * @throws InvalidConfigurationException if there is no user, or one is there twice
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
    }

    @Override
    public String kind() {
        return "user_list";
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
                "Signing tokens with userId and signMethod prove nothing: whoever knows a user's name may sign.");
    }
}
