package io.github.hsmsigner.access;

import io.github.hsmsigner.core.error.InvalidConfigurationException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * The access settings: who may sign, and what. Immutable.
 *
 * @param policies the authentication of callers; at least one. All must allow a request, and each may add an identity
 * @param callers the permissions of the callers with these names
 * @param others the permissions of all other callers; empty for none
 * @param certificates whether requests for certificates need a signing token
 */
public record AccessSettings(
        List<PolicySettings> policies,
        Map<String, CallerPermissions> callers,
        Optional<CallerPermissions> others,
        CertificateAccess certificates) {

    /**
     * Checks that every setting can have an effect.
     *
     * @param policies the authentication of callers; at least one
     * @param callers the permissions of the callers with these names
     * @param others the permissions of all other callers; empty for none
     * @param certificates whether requests for certificates need a signing token
     * @throws InvalidConfigurationException if there is no policy, or permissions or settings can never apply
     */
    public AccessSettings(
            List<PolicySettings> policies,
            Map<String, CallerPermissions> callers,
            Optional<CallerPermissions> others,
            CertificateAccess certificates) {
        this.policies = List.copyOf(policies);
        this.callers = Map.copyOf(callers);
        this.others = others;
        this.certificates = certificates;
        require(!policies.isEmpty(), "No policy is set. To let every caller sign, set the open policy.");
        callers.keySet().forEach(CallerName::check);
        require(
                policies.stream().anyMatch(policy -> !(policy instanceof AllowAll))
                        || callers.isEmpty() && others.isPresent(),
                "The open policy knows no caller, so there can be no rules for one; it takes rules for all alone.");
        List<String> problems = unreachablePermissions();
        require(problems.isEmpty(), String.join(" ", problems));
        require(
                certificates.equals(CertificateAccess.open()) || needsSigningToken(),
                "Settings for requests without a signing token have no effect, because no policy needs a signing token.");
    }

    private static void require(boolean met, String otherwise) {
        if (!met) {
            throw new InvalidConfigurationException(otherwise);
        }
    }

    /**
     * Makes settings under which requests for certificates need no signing token.
     *
     * @param policies the authentication of callers; at least one
     * @param callers the permissions of the callers with these names
     * @param others the permissions of all other callers; empty for none
     * @throws InvalidConfigurationException if there is no policy, or permissions or settings can never apply
     */
    public AccessSettings(
            List<PolicySettings> policies, Map<String, CallerPermissions> callers, Optional<CallerPermissions> others) {
        this(policies, callers, others, CertificateAccess.open());
    }

    /**
     * {@return settings with one policy whose callers may do everything}
     *
     * @param policy the authentication of callers
     */
    public static AccessSettings of(PolicySettings policy) {
        return new AccessSettings(List.of(policy), Map.of(), Optional.of(CallerPermissions.unrestricted()));
    }

    private boolean needsSigningToken() {
        return policies.stream().anyMatch(PolicySettings::needsSigningToken);
    }

    private List<String> unreachablePermissions() {
        List<String> problems = new ArrayList<>();
        Set<String> known = new TreeSet<>();
        for (PolicySettings policy : policies) {
            Set<String> names = new TreeSet<>(policy.knownCallers().orElse(Set.of()));
            known.addAll(names);
            if (others.isEmpty() && !names.isEmpty() && names.stream().noneMatch(callers::containsKey)) {
                problems.add("The policy " + policy.kind() + " knows only the callers " + names
                        + ". They have no rules, and there are no rules for others, so every request is denied.");
            }
        }
        if (policies.stream().anyMatch(policy -> policy.knownCallers().isEmpty())) {
            return problems;
        }
        Set<String> unknown = new TreeSet<>(callers.keySet());
        unknown.removeAll(known);
        if (!unknown.isEmpty()) {
            problems.add("The rules for the callers " + unknown + " can never apply, because the policies know only the"
                    + " callers " + known + ".");
        }
        if (others.isPresent()
                && !known.isEmpty()
                && callers.keySet().containsAll(known)
                && !certificatesWithoutToken()) {
            problems.add("The rules for others can never apply, because each of the callers " + known
                    + " has separate rules.");
        }
        return problems;
    }

    /** {@return the distinct files of the policies} The policy is out of date if one of them changes. */
    public List<Path> files() {
        return policies.stream()
                .flatMap(policy -> policy.files().stream())
                .distinct()
                .toList();
    }

    private Stream<CallerPermissions> permissions() {
        return Stream.concat(callers.values().stream(), others.stream());
    }

    /** {@return the sorted names of all keys in the settings} */
    public Set<String> keyNames() {
        Set<String> names = selectedKeys();
        permissions().forEach(permissions -> names.addAll(permissions.keyNames()));
        certificates.key().ifPresent(names::add);
        return names;
    }

    /** Returns whether certificates need no signing token although a policy checks signing tokens. */
    boolean certificatesWithoutToken() {
        return certificates.withoutToken() && needsSigningToken();
    }

    private boolean tokenSelectsAnyKey() {
        return policies.stream().anyMatch(PolicySettings::selectsAnyKey);
    }

    /** Returns the keys that the policies and the permissions select by name. */
    private Set<String> selectedKeys() {
        Set<String> names = new TreeSet<>();
        policies.forEach(policy -> names.addAll(policy.keyNames()));
        permissions().forEach(permissions -> permissions.key().ifPresent(names::add));
        return names;
    }

    /** Returns whether the policies or the permissions select keys. */
    boolean selectsKeys() {
        return tokenSelectsAnyKey() || !selectedKeys().isEmpty();
    }

    /**
     * Returns the key whose certificates a request without a signing token gets: the configured key, or the only one
     * that the policies can select.
     */
    Optional<String> keyWithoutToken() {
        Set<String> selected = selectedKeys();
        return certificates
                .key()
                .or(() -> tokenSelectsAnyKey() || selected.size() != 1
                        ? Optional.empty()
                        : selected.stream().findFirst());
    }

    /**
     * {@return a sentence for each limit of raw signing that follows from certificates without a signing token}
     *
     * @param serviceKeys the names of all keys of the signing service
     */
    public List<String> certificateWarnings(Set<String> serviceKeys) {
        if (!certificatesWithoutToken() || !selectsKeys() || serviceKeys.size() < 2 || connectionSelectsKey()) {
            return List.of();
        }
        if (keyWithoutToken().isEmpty()) {
            return List.of("Requests for certificates without a signing token get 400 (no_such_key), because different"
                    + " callers use different keys. Set certificates-key, or let applications send the certificates.");
        }
        String name = keyWithoutToken().get();
        Set<String> further = new TreeSet<>(tokenSelectsAnyKey() ? serviceKeys : selectedKeys());
        further.remove(name);
        return further.isEmpty()
                ? List.of()
                : List.of("Requests for certificates without a signing token get those of the key \"" + name
                        + "\". Raw signing with " + further
                        + " needs the certificates of that key in the application's request to Document Engine.");
    }

    /** Returns whether the client's certificate selects the key of every request. */
    private boolean connectionSelectsKey() {
        return policies.stream()
                .filter(policy -> !policy.needsSigningToken())
                .map(policy -> policy.knownCallers().orElse(Set.of()))
                .anyMatch(names -> !names.isEmpty() && names.stream().allMatch(this::hasKey));
    }

    private boolean hasKey(String caller) {
        return Optional.ofNullable(callers.get(caller))
                .or(() -> others)
                .flatMap(CallerPermissions::key)
                .isPresent();
    }

    /** {@return whether every caller may sign because no policy is set, and no setting acknowledges that} */
    public boolean isOpenByDefault() {
        return policies.stream().allMatch(policy -> policy instanceof AllowAll open && !open.acknowledged());
    }

    /** {@return a sentence for the operator about each weakness} */
    public List<String> warnings() {
        // A weak policy next to a strong one only adds to it.
        return policies.stream().anyMatch(policy -> policy.warnings().isEmpty())
                ? List.of()
                : policies.stream()
                        .flatMap(policy -> policy.warnings().stream())
                        .toList();
    }

    /**
     * Whether requests for certificates need a signing token. Document Engine sends {@code get_certificates} without
     * one.
     *
     * @param withoutToken whether a request without a signing token gets certificates under policies over signing tokens
     * @param key the name of the key whose certificates such a request gets; empty if the policies select no key or
     *     always the same one
     */
    public record CertificateAccess(boolean withoutToken, Optional<String> key) {

        /**
         * Checks that the key can have an effect.
         *
         * @param withoutToken whether a request without a signing token gets certificates
         * @param key the name of the key whose certificates such a request gets
         * @throws InvalidConfigurationException if there is a key, but such requests get no certificates
         */
        public CertificateAccess {
            Objects.requireNonNull(key, "key");
            if (!withoutToken && key.isPresent()) {
                throw new InvalidConfigurationException("The key \"" + key.get()
                        + "\" is for requests without a signing token, but such requests get no certificates.");
            }
        }

        /** {@return the default: certificates without a signing token, and no configured key} */
        public static CertificateAccess open() {
            return new CertificateAccess(true, Optional.empty());
        }
    }
}
