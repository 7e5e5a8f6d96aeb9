package io.github.hsmsigner.service.lifecycle;

import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.service.auth.AccessSettings;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Whether a policy speaks of keys that there are. */
final class KeyNames {

    private KeyNames() {}

    /** Returns the problems with the names of keys in a policy, one sentence each. */
    static List<String> problems(AccessSettings access, Set<String> known) {
        Set<String> unknown = new TreeSet<>(access.keyNames());
        unknown.removeAll(known);
        return unknown.stream()
                .map(name ->
                        "The policy names the key \"" + name + "\", which is not configured; there are " + known + ".")
                .toList();
    }

    static void requireKnown(AccessSettings access, Set<String> known) {
        List<String> problems = problems(access, known);
        if (!problems.isEmpty()) {
            throw new InvalidConfigurationException(String.join(" ", problems));
        }
    }
}
