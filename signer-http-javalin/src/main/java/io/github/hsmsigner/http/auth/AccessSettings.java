package io.github.hsmsigner.http.auth;

import io.github.hsmsigner.core.error.InvalidConfigurationException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Who may sign, and what. Immutable.
 *
 * @param policies how callers are told apart; at least one. All must allow; the first that knows the caller names it
 * @param callers what the callers of these names may do
 * @param others what all other callers may do; empty for nothing
 */
public record AccessSettings(
        List<PolicySettings> policies, Map<String, CallerRules> callers, Optional<CallerRules> others) {

    /**
     * Checks that the settings go together.
     *
     * @param policies how callers are told apart; at least one. All must allow; the first that knows the caller names it
     * @param callers what the callers of these names may do
     * @param others what all other callers may do; empty for nothing
     * @throws InvalidConfigurationException if there is no policy, or there are rules for callers whom no policy can know
     */
    public AccessSettings {
        policies = List.copyOf(policies);
        callers = Map.copyOf(callers);
        if (policies.isEmpty()) {
            throw new InvalidConfigurationException("No policy is set. To let everybody sign, set the open policy.");
        }
        callers.keySet().forEach(CallerName::check);
        if (policies.stream().allMatch(OpenSettings.class::isInstance) && (!callers.isEmpty() || others.isEmpty())) {
            throw new InvalidConfigurationException(
                    "The open policy knows no caller, so there can be no rules for one; it takes rules for all alone.");
        }
    }

    /**
     * One policy whose callers may do everything.
     *
     * @param policy how callers are told apart
     * @return the settings
     */
    public static AccessSettings of(PolicySettings policy) {
        return new AccessSettings(List.of(policy), Map.of(), Optional.of(CallerRules.unrestricted()));
    }

    /**
     * The files that the policy is made from. When one of them changes, the policy is out of date.
     *
     * @return the files, without repetition
     */
    public List<Path> files() {
        return policies.stream()
                .flatMap(policy -> policy.files().stream())
                .distinct()
                .toList();
    }

    /**
     * The keys that the settings name, so that it can be checked that they exist.
     *
     * @return the names of the keys, sorted
     */
    public Set<String> keyNames() {
        Set<String> names = new TreeSet<>();
        policies.forEach(policy -> names.addAll(policy.keyNames()));
        Stream.concat(callers.values().stream(), others.stream()).forEach(rules -> names.addAll(rules.keyNames()));
        return names;
    }

    /**
     * What an operator should know about the strength of these settings.
     *
     * @return a sentence for each weakness; empty if there is none
     */
    public List<String> warnings() {
        // A weak policy beside a strong one only adds to it.
        return policies.stream().anyMatch(policy -> policy.warnings().isEmpty())
                ? List.of()
                : policies.stream()
                        .flatMap(policy -> policy.warnings().stream())
                        .toList();
    }
}
