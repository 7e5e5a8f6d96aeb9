package io.github.hsmsigner.service.auth;

import io.github.hsmsigner.core.error.InvalidConfigurationException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * The access settings: who may sign, and what. Immutable.
 *
 * @param policies how callers are identified; at least one. All must allow, and each may add an identity to the request
 * @param callers the permissions of the callers with these names
 * @param others the permissions of all other callers; empty for none
 * @param certificates whether requests for certificates need a signing token
 */
public record AccessSettings(
        List<PolicySettings> policies,
        Map<String, CallerRules> callers,
        Optional<CallerRules> others,
        CertificateAccess certificates) {

    /**
     * Checks that the settings fit together.
     *
     * @param policies how callers are identified; at least one. All must allow, and each may add an identity to the
     *     request
     * @param callers the permissions of the callers with these names
     * @param others the permissions of all other callers; empty for none
     * @param certificates whether requests for certificates need a signing token
     * @throws InvalidConfigurationException if there is no policy, or a rule or setting can never apply
     */
    public AccessSettings {
        policies = List.copyOf(policies);
        callers = Map.copyOf(callers);
        if (policies.isEmpty()) {
            throw new InvalidConfigurationException("No policy is set. To let every caller sign, set the open policy.");
        }
        callers.keySet().forEach(CallerName::check);
        if (policies.stream().allMatch(OpenSettings.class::isInstance) && (!callers.isEmpty() || others.isEmpty())) {
            throw new InvalidConfigurationException(
                    "The open policy knows no caller, so there can be no rules for one; it takes rules for all alone.");
        }
        List<String> problems = UnreachableRules.problems(policies, callers, others, certificates);
        if (!problems.isEmpty()) {
            throw new InvalidConfigurationException(String.join(" ", problems));
        }
        if (!certificates.equals(CertificateAccess.open())
                && policies.stream().noneMatch(PolicySettings::needsSigningToken)) {
            throw new InvalidConfigurationException("Settings for requests without a signing token have no effect,"
                    + " because no policy needs a signing token.");
        }
    }

    /**
     * Makes settings under which requests for certificates need no signing token.
     *
     * @param policies how callers are identified; at least one
     * @param callers the permissions of the callers with these names
     * @param others the permissions of all other callers; empty for none
     * @throws InvalidConfigurationException if there is no policy, or a rule can never apply
     */
    public AccessSettings(
            List<PolicySettings> policies, Map<String, CallerRules> callers, Optional<CallerRules> others) {
        this(policies, callers, others, CertificateAccess.open());
    }

    /**
     * Makes settings with one policy whose callers may do everything.
     *
     * @param policy how callers are identified
     * @return the settings
     */
    public static AccessSettings of(PolicySettings policy) {
        return new AccessSettings(List.of(policy), Map.of(), Optional.of(CallerRules.unrestricted()));
    }

    /**
     * Returns the files that the policy is made from. When one of them changes, the policy is out of date.
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
     * Returns the keys that the settings name, so that it can be checked that they exist.
     *
     * @return the names of the keys, sorted
     */
    public Set<String> keyNames() {
        Set<String> names = new TreeSet<>();
        policies.forEach(policy -> names.addAll(policy.keyNames()));
        Stream.concat(callers.values().stream(), others.stream()).forEach(rules -> names.addAll(rules.keyNames()));
        certificates.key().ifPresent(names::add);
        return names;
    }

    /**
     * Returns whether requests without a signing token get certificates although there are policies over signing
     * tokens.
     */
    boolean certificatesWithoutToken() {
        return certificates.withoutToken() && policies.stream().anyMatch(PolicySettings::needsSigningToken);
    }

    /** Returns whether the policies or the rules choose keys. */
    boolean choosesKeys() {
        return policies.stream().anyMatch(PolicySettings::choosesAnyKey)
                || !keyChoices().isEmpty();
    }

    /**
     * Returns the key whose certificates a request without a signing token gets: as set, or the only one that the
     * policies can choose.
     */
    Optional<String> keyWithoutToken() {
        if (certificates.key().isPresent()) {
            return certificates.key();
        }
        boolean settled = policies.stream().noneMatch(PolicySettings::choosesAnyKey)
                && keyChoices().size() == 1;
        return settled ? keyChoices().stream().findFirst() : Optional.empty();
    }

    /** Returns the keys that the policies and the rules choose by name. */
    private Set<String> keyChoices() {
        Set<String> names = new TreeSet<>();
        policies.forEach(policy -> names.addAll(policy.keyNames()));
        Stream.concat(callers.values().stream(), others.stream())
                .forEach(rules -> rules.key().ifPresent(names::add));
        return names;
    }

    /**
     * Returns what limits raw signing because Document Engine asks for certificates without a signing token.
     *
     * @param serviceKeys the names of all keys of the service
     * @return a sentence for each limit; empty if there is none
     */
    public List<String> certificateWarnings(Set<String> serviceKeys) {
        if (!certificatesWithoutToken() || !choosesKeys() || serviceKeys.size() < 2 || connectionChoosesKey()) {
            return List.of();
        }
        if (keyWithoutToken().isEmpty()) {
            return List.of("Requests for certificates without a signing token get 400 (no_such_key), because different"
                    + " callers use different keys. Set certificates-key, or let applications send the certificates.");
        }
        String name = keyWithoutToken().get();
        Set<String> further =
                new TreeSet<>(policies.stream().anyMatch(PolicySettings::choosesAnyKey) ? serviceKeys : keyChoices());
        further.remove(name);
        return further.isEmpty()
                ? List.of()
                : List.of("Requests for certificates without a signing token get those of the key \"" + name
                        + "\". Raw signing with " + further
                        + " needs the certificates of that key in the application's request to Document Engine.");
    }

    /** Returns whether the client's certificate settles the key of every request. */
    private boolean connectionChoosesKey() {
        return policies.stream()
                .filter(policy -> !policy.needsSigningToken())
                .map(policy -> policy.knownCallers().orElse(Set.of()))
                .anyMatch(names -> !names.isEmpty()
                        && names.stream()
                                .allMatch(name -> Optional.ofNullable(callers.get(name))
                                        .or(() -> others)
                                        .flatMap(CallerRules::key)
                                        .isPresent()));
    }

    /**
     * Returns whether every caller may sign because no policy is set.
     *
     * @return {@code false} if there is a policy, or the open policy is acknowledged
     */
    public boolean isOpenByDefault() {
        return policies.stream().allMatch(policy -> policy instanceof OpenSettings open && !open.acknowledged());
    }

    /**
     * Returns warnings for the operator about weaknesses of these settings.
     *
     * @return a sentence for each weakness; empty if there is none
     */
    public List<String> warnings() {
        // A weak policy next to a strong one only adds to it.
        return policies.stream().anyMatch(policy -> policy.warnings().isEmpty())
                ? List.of()
                : policies.stream()
                        .flatMap(policy -> policy.warnings().stream())
                        .toList();
    }
}
