package io.github.hsmsigner.http.auth;

import io.github.hsmsigner.core.PolicyDecision;
import io.github.hsmsigner.core.SigningAction;
import io.github.hsmsigner.core.SigningAttempt;
import io.github.hsmsigner.core.SigningPolicy;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/** What the callers that another policy knows may do. */
final class RestrictedPolicy implements SigningPolicy {

    /** No caller has this name, so callers without a name share a bucket of their own. */
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
        Optional<String> caller = identified.caller();
        PolicyDecision decision = caller.map(listed::get)
                .or(() -> others)
                .map(enforced -> enforced.decide(attempt, identified))
                .orElseGet(() -> PolicyDecision.deny("There are no rules for this caller, so it may do nothing."));
        return caller.map(decision::withCaller).orElse(decision);
    }

    /** Rules, and what their callers have left of their rate. */
    private record Enforced(CallerRules rules, Optional<RateLimiter> limiter) {

        static Enforced of(CallerRules rules, LongSupplier nanoTime) {
            return new Enforced(rules, rules.rate().map(limit -> new RateLimiter(limit, nanoTime)));
        }

        PolicyDecision decide(SigningAttempt attempt, PolicyDecision identified) {
            Optional<String> chosen = identified
                    .keyName()
                    .or(() -> attempt.context().keyName().isPresent() ? Optional.empty() : rules.key());
            Optional<String> refusal = refusal(attempt, chosen.or(attempt::keyName));
            if (refusal.isPresent()) {
                return PolicyDecision.deny(refusal.get());
            }
            // Last, so that only what is permitted counts.
            Optional<Duration> wait = attempt.action() == SigningAction.CERTIFICATES
                    ? Optional.empty()
                    : limiter.flatMap(bucket -> bucket.take(identified.caller().orElse(NAMELESS)));
            if (wait.isPresent()) {
                return PolicyDecision.denyForNow(
                        "The caller is over its rate of " + rules.rate().orElseThrow() + ".", wait.get());
            }
            return chosen.map(identified::withKey).orElse(identified);
        }

        private Optional<String> refusal(SigningAttempt attempt, Optional<String> keyName) {
            if (!rules.actions().contains(attempt.action())) {
                return Optional.of("The caller may not ask for " + attempt.action() + ".");
            }
            if (!rules.keys().isEmpty() && !keyName.map(rules.keys()::contains).orElse(false)) {
                return Optional.of("The caller may not use "
                        + (keyName.isPresent()
                                ? "this key."
                                : "whichever key, and neither the request nor a rule names one."));
            }
            return attempt.digestAlgorithm()
                    .filter(algorithm -> !rules.digestAlgorithms().contains(algorithm))
                    .map(algorithm -> "The caller may not use " + algorithm.text() + ".")
                    .or(() -> attempt.format()
                            .filter(format -> !rules.formats().contains(format))
                            .map(format -> "The caller may not have a container " + format + "."));
        }
    }
}
