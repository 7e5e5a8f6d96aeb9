package io.github.hsmsigner.access;

import io.github.hsmsigner.core.PolicyDecision;
import io.github.hsmsigner.core.SigningAction;
import io.github.hsmsigner.core.SigningAttempt;
import io.github.hsmsigner.core.SigningPolicy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/** Authorizes a request: the permissions of each identity that the authentication found must allow it. */
final class AuthorizationPolicy implements SigningPolicy {

    /** No caller has this name, so requests without a caller share a bucket. */
    private static final String NAMELESS = "";

    private final SigningPolicy authentication;
    private final Map<String, Identity> listed;
    private final Optional<Identity> others;

    AuthorizationPolicy(
            SigningPolicy authentication,
            Map<String, CallerPermissions> listed,
            Optional<CallerPermissions> others,
            LongSupplier nanoTime) {
        this.authentication = authentication;
        this.listed = listed.entrySet().stream()
                .collect(Collectors.toUnmodifiableMap(
                        Map.Entry::getKey, e -> Identity.of(e.getKey(), e.getValue(), nanoTime)));
        this.others = others.map(permissions -> Identity.of(NAMELESS, permissions, nanoTime));
    }

    @Override
    public PolicyDecision decide(SigningAttempt attempt) {
        PolicyDecision authenticated = authentication.decide(attempt);
        if (authenticated.denialReason().isPresent()) {
            return authenticated;
        }
        List<Identity> identities = new ArrayList<>();
        for (String caller : authenticated.callers().isEmpty() ? List.of(NAMELESS) : authenticated.callers()) {
            Optional<Identity> identity =
                    Optional.ofNullable(listed.get(caller)).or(() -> others.map(other -> other.named(caller)));
            if (identity.isEmpty()) {
                return PolicyDecision.deny("There are no rules for this caller, so it may do nothing.")
                        .withCallers(authenticated.callers());
            }
            identities.add(identity.get());
        }
        return decide(attempt, authenticated, identities).withCallers(authenticated.callers());
    }

    private static PolicyDecision decide(
            SigningAttempt attempt, PolicyDecision authenticated, List<Identity> identities) {
        Set<String> chosen =
                authenticated.keyName().map(Set::of).orElseGet(() -> keysOfPermissions(attempt, identities));
        if (chosen.size() > 1) {
            return PolicyDecision.deny("The rules for the callers of this request choose different keys.");
        }
        Optional<String> key = chosen.stream().findFirst();
        Optional<String> used = key.or(attempt::keyName);
        for (Identity identity : identities) {
            Optional<String> refusal = identity.refusal(attempt, used);
            if (refusal.isPresent()) {
                return PolicyDecision.deny(refusal.get());
            }
        }
        // Last, so that only permitted signatures count.
        if (attempt.action() != SigningAction.CERTIFICATES) {
            Optional<PolicyDecision> limited = limited(identities);
            if (limited.isPresent()) {
                return limited.get();
            }
        }
        return key.map(authenticated::withKey).orElse(authenticated);
    }

    /** Returns the keys to use by the permissions of any identity, if the permissions of all identities allow them. */
    private static Set<String> keysOfPermissions(SigningAttempt attempt, List<Identity> identities) {
        if (attempt.context().keyName().isPresent()) {
            return Set.of();
        }
        Set<String> keys = new HashSet<>();
        for (Identity identity : identities) {
            Optional<String> key = identity.permissions().key();
            if (key.isPresent() && identities.stream().allMatch(each -> each.permits(key))) {
                keys.add(key.get());
            }
        }
        return keys;
    }

    /** Takes one signature from the bucket of each identity, or from none of them. */
    private static Optional<PolicyDecision> limited(List<Identity> identities) {
        List<Identity> taken = new ArrayList<>();
        Duration longest = Duration.ZERO;
        RateLimit exceeded = null;
        for (Identity identity : identities) {
            Optional<Duration> wait = identity.limiter().flatMap(bucket -> bucket.take(identity.caller()));
            if (wait.isEmpty()) {
                taken.add(identity);
            } else if (exceeded == null || wait.get().compareTo(longest) > 0) {
                longest = wait.get();
                exceeded = identity.permissions().rate().orElseThrow();
            }
        }
        if (exceeded == null) {
            return Optional.empty();
        }
        taken.forEach(identity -> identity.limiter().ifPresent(bucket -> bucket.giveBack(identity.caller())));
        return Optional.of(PolicyDecision.denyForNow("The caller is over its rate of " + exceeded + ".", longest));
    }

    /** A caller, its permissions, and the buckets of their rate. */
    private record Identity(String caller, CallerPermissions permissions, Optional<RateLimiter> limiter) {

        static Identity of(String caller, CallerPermissions permissions, LongSupplier nanoTime) {
            return new Identity(caller, permissions, permissions.rate().map(rate -> new RateLimiter(rate, nanoTime)));
        }

        Identity named(String name) {
            return new Identity(name, permissions, limiter);
        }

        boolean permits(Optional<String> keyName) {
            return permissions.keys().isEmpty()
                    || keyName.map(permissions.keys()::contains).orElse(false);
        }

        Optional<String> refusal(SigningAttempt attempt, Optional<String> keyName) {
            if (!permissions.actions().contains(attempt.action())) {
                return Optional.of("The caller may not ask for " + attempt.action() + ".");
            }
            if (!permits(keyName)) {
                return Optional.of("The caller may not use "
                        + (keyName.isPresent()
                                ? "this key."
                                : "every key, and neither the request nor a policy chooses one."));
            }
            return attempt.digestAlgorithm()
                    .filter(algorithm -> !permissions.digestAlgorithms().contains(algorithm))
                    .map(algorithm -> "The caller may not use " + algorithm.text() + ".")
                    .or(() -> attempt.format()
                            .filter(format -> !permissions.permits(format))
                            .map(format -> "The caller may not have a container " + format + "."));
        }
    }
}
