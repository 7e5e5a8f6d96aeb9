package io.github.hsmsigner.service.auth;

import io.github.hsmsigner.core.PolicyDecision;
import io.github.hsmsigner.core.SigningAction;
import io.github.hsmsigner.core.SigningAttempt;
import io.github.hsmsigner.core.SigningPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/**
 * Applies the rules for callers: each identity that another policy finds must be permitted what the request asks for.
 */
final class RestrictedPolicy implements SigningPolicy {

    /** No caller has this name, so requests without a caller share a bucket. */
    private static final String NAMELESS = "";

    private final SigningPolicy identification;
    private final Map<String, Enforced> listed;
    private final Optional<Enforced> others;

    RestrictedPolicy(
            SigningPolicy identification,
            Map<String, CallerRules> listed,
            Optional<CallerRules> others,
            LongSupplier nanoTime) {
        this.identification = identification;
        this.listed = listed.entrySet().stream()
                .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, e -> Enforced.of(e.getValue(), nanoTime)));
        this.others = others.map(rules -> Enforced.of(rules, nanoTime));
    }

    @Override
    public PolicyDecision decide(SigningAttempt attempt) {
        PolicyDecision identified = identification.decide(attempt);
        if (identified.denialReason().isPresent()) {
            return identified;
        }
        List<Identity> identities = new ArrayList<>();
        for (String caller : identified.callers().isEmpty() ? List.of(NAMELESS) : identified.callers()) {
            Optional<Enforced> enforced =
                    Optional.ofNullable(listed.get(caller)).or(() -> others);
            if (enforced.isEmpty()) {
                return PolicyDecision.deny("There are no rules for this caller, so it may do nothing.")
                        .withCallers(identified.callers());
            }
            identities.add(new Identity(caller, enforced.get()));
        }
        return decide(attempt, identified, identities).withCallers(identified.callers());
    }

    private static PolicyDecision decide(SigningAttempt attempt, PolicyDecision identified, List<Identity> identities) {
        Set<String> chosen = identified.keyName().map(Set::of).orElseGet(() -> keysByRules(attempt, identities));
        if (chosen.size() > 1) {
            return PolicyDecision.deny("The rules for the callers of this request choose different keys.");
        }
        Optional<String> key = chosen.stream().findFirst();
        Optional<String> refusal = identities.stream()
                .map(identity -> identity.enforced().refusal(attempt, key.or(attempt::keyName)))
                .flatMap(Optional::stream)
                .findFirst();
        if (refusal.isPresent()) {
            return PolicyDecision.deny(refusal.get());
        }
        // Last, so that only permitted signatures count.
        if (attempt.action() != SigningAction.CERTIFICATES) {
            Optional<PolicyDecision> limited = limited(identities);
            if (limited.isPresent()) {
                return limited.get();
            }
        }
        return key.map(identified::withKey).orElse(identified);
    }

    /** Returns the keys to use by the rules of any identity, as far as the rules of all identities permit them. */
    private static Set<String> keysByRules(SigningAttempt attempt, List<Identity> identities) {
        if (attempt.context().keyName().isPresent()) {
            return Set.of();
        }
        return identities.stream()
                .map(identity -> identity.enforced().rules().key())
                .flatMap(Optional::stream)
                .filter(key -> identities.stream()
                        .allMatch(identity -> identity.enforced().permits(Optional.of(key))))
                .collect(Collectors.toUnmodifiableSet());
    }

    /** Takes one signature from the bucket of each identity, or from none of them. */
    private static Optional<PolicyDecision> limited(List<Identity> identities) {
        List<Identity> taken = new ArrayList<>();
        PolicyDecision longest = null;
        for (Identity identity : identities) {
            Optional<PolicyDecision> limited = identity.take();
            if (limited.isEmpty()) {
                taken.add(identity);
            } else if (longest == null
                    || limited.get()
                                    .retryAfter()
                                    .orElseThrow()
                                    .compareTo(longest.retryAfter().orElseThrow())
                            > 0) {
                longest = limited.get();
            }
        }
        if (longest != null) {
            taken.forEach(Identity::giveBack);
        }
        return Optional.ofNullable(longest);
    }

    /** A caller and its rules. */
    private record Identity(String caller, Enforced enforced) {

        Optional<PolicyDecision> take() {
            return enforced.limiter()
                    .flatMap(bucket -> bucket.take(caller))
                    .map(wait -> PolicyDecision.denyForNow(
                            "The caller is over its rate of "
                                    + enforced.rules().rate().orElseThrow() + ".",
                            wait));
        }

        void giveBack() {
            enforced.limiter().ifPresent(bucket -> bucket.giveBack(caller));
        }
    }

    /** Rules, and what their callers have left of their rate. */
    private record Enforced(CallerRules rules, Optional<RateLimiter> limiter) {

        static Enforced of(CallerRules rules, LongSupplier nanoTime) {
            return new Enforced(rules, rules.rate().map(limit -> new RateLimiter(limit, nanoTime)));
        }

        boolean permits(Optional<String> keyName) {
            return rules.keys().isEmpty() || keyName.map(rules.keys()::contains).orElse(false);
        }

        Optional<String> refusal(SigningAttempt attempt, Optional<String> keyName) {
            if (!rules.actions().contains(attempt.action())) {
                return Optional.of("The caller may not ask for " + attempt.action() + ".");
            }
            if (!permits(keyName)) {
                return Optional.of("The caller may not use "
                        + (keyName.isPresent()
                                ? "this key."
                                : "every key, and neither the request nor a policy chooses one."));
            }
            return attempt.digestAlgorithm()
                    .filter(algorithm -> !rules.digestAlgorithms().contains(algorithm))
                    .map(algorithm -> "The caller may not use " + algorithm.text() + ".")
                    .or(() -> attempt.format()
                            .filter(format -> !rules.permits(format))
                            .map(format -> "The caller may not have a container " + format + "."));
        }
    }
}
