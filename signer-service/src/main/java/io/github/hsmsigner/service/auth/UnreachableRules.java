package io.github.hsmsigner.service.auth;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Finds rules for callers that can never apply, and policies whose callers have no rules. */
final class UnreachableRules {

    private final List<PolicySettings> policies;
    private final Map<String, CallerRules> callers;
    private final Optional<CallerRules> others;
    private final boolean certificatesWithoutToken;

    private UnreachableRules(
            List<PolicySettings> policies,
            Map<String, CallerRules> callers,
            Optional<CallerRules> others,
            boolean certificatesWithoutToken) {
        this.policies = policies;
        this.callers = callers;
        this.others = others;
        this.certificatesWithoutToken = certificatesWithoutToken;
    }

    /** Returns a sentence for each problem; empty if every rule can apply. */
    static List<String> problems(
            List<PolicySettings> policies,
            Map<String, CallerRules> callers,
            Optional<CallerRules> others,
            CertificateAccess certificates) {
        boolean tokenless =
                certificates.withoutToken() && policies.stream().anyMatch(PolicySettings::needsSigningToken);
        return new UnreachableRules(policies, callers, others, tokenless).problems();
    }

    private List<String> problems() {
        List<String> problems = new ArrayList<>();
        for (PolicySettings policy : policies) {
            Set<String> names = new TreeSet<>(policy.knownCallers().orElse(Set.of()));
            if (others.isEmpty() && !names.isEmpty() && names.stream().noneMatch(callers::containsKey)) {
                problems.add("The policy " + policy.kind() + " knows only the callers " + names
                        + ". They have no rules, and there are no rules for others, so every request is denied.");
            }
        }
        if (policies.stream().anyMatch(policy -> policy.knownCallers().isEmpty())) {
            return problems;
        }
        Set<String> known = new TreeSet<>();
        policies.forEach(policy -> known.addAll(policy.knownCallers().orElseThrow()));
        Set<String> unknown = new TreeSet<>(callers.keySet());
        unknown.removeAll(known);
        if (!unknown.isEmpty()) {
            problems.add("The rules for the callers " + unknown + " can never apply, because the policies know only the"
                    + " callers " + known + ".");
        }
        if (others.isPresent()
                && !known.isEmpty()
                && callers.keySet().containsAll(known)
                && !certificatesWithoutToken) {
            problems.add("The rules for others can never apply, because each of the callers " + known
                    + " has separate rules.");
        }
        return problems;
    }
}
