package io.github.hsmsigner.access;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hsmsigner.core.PolicyDecision;
import io.github.hsmsigner.core.SigningAction;
import io.github.hsmsigner.core.SigningPolicy;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A request with two identities, such as those of a client certificate and of a JWT: the rules of each apply. */
class CombinedPoliciesTest {

    private static final RateLimit ONE_A_DAY = new RateLimit(1, Duration.ofDays(1));

    private final AtomicLong nanoTime = new AtomicLong();

    private static SigningPolicy caller(String name) {
        return attempt -> PolicyDecision.allow(name);
    }

    private SigningPolicy both(Map<String, CallerPermissions> rules, CallerPermissions others) {
        return new AuthorizationPolicy(
                caller("engine").and(caller("accounting")), rules, Optional.ofNullable(others), nanoTime::get);
    }

    private static CallerPermissions only(SigningAction action) {
        return CallerPermissions.builder().actions(Set.of(action)).build();
    }

    private static CallerPermissions oneADay() {
        return CallerPermissions.builder().rate(ONE_A_DAY).build();
    }

    @ParameterizedTest
    @ValueSource(strings = {"engine", "accounting", "others"})
    void theRulesOfEachIdentityMustAllow(String strict) {
        Map<String, CallerPermissions> rules = new LinkedHashMap<>();
        rules.put("engine", CallerPermissions.unrestricted());
        rules.put("accounting", CallerPermissions.unrestricted());
        CallerPermissions others = only(SigningAction.CERTIFICATES);
        if (strict.equals("others")) {
            rules.remove("accounting");
        } else {
            rules.put(strict, others);
        }
        PolicyDecision decision = both(rules, others).decide(Attempts.with(null));
        assertThat(decision.denialReason()).contains("The caller may not ask for CONTAINER.");
        assertThat(decision.callers()).containsExactly("engine", "accounting");
    }

    @ParameterizedTest
    @ValueSource(strings = {"engine", "accounting"})
    void anIdentityWithoutRulesIsDenied(String known) {
        PolicyDecision decision =
                both(Map.of(known, CallerPermissions.unrestricted()), null).decide(Attempts.with(null));
        assertThat(decision.denialReason()).contains("There are no rules for this caller, so it may do nothing.");
        assertThat(decision.callers()).containsExactly("engine", "accounting");
    }

    @ParameterizedTest
    @ValueSource(strings = {"engine", "accounting", "others"})
    void theRateOfEachIdentityCounts(String limited) {
        SigningPolicy policy = limited.equals("others")
                ? both(Map.of("engine", CallerPermissions.unrestricted()), oneADay())
                : both(Map.of(limited, oneADay()), CallerPermissions.unrestricted());
        assertThat(policy.decide(Attempts.with(null)).denialReason()).isEmpty();
        assertThat(policy.decide(Attempts.with(null)).retryAfter()).contains(Duration.ofDays(1));
    }

    @Test
    void aRequestOverOneRateDoesNotCountForAnother() {
        CallerPermissions twoAMinute = CallerPermissions.builder()
                .rate(new RateLimit(2, Duration.ofMinutes(1)))
                .build();
        Map<String, CallerPermissions> rules = Map.of("engine", twoAMinute, "accounting", oneADay());
        SigningPolicy policy = both(rules, CallerPermissions.unrestricted());
        assertThat(policy.decide(Attempts.with(null)).denialReason()).isEmpty();
        for (int i = 0; i < 5; i++) {
            assertThat(policy.decide(Attempts.with(null)).retryAfter()).contains(Duration.ofDays(1));
        }
        nanoTime.addAndGet(Duration.ofDays(1).toNanos() - Duration.ofSeconds(1).toNanos());
        assertThat(policy.decide(Attempts.with(null)).retryAfter()).contains(Duration.ofSeconds(1));
    }

    @Test
    void oneIdentityFromTwoPoliciesCountsOnce() {
        SigningPolicy twice = new AuthorizationPolicy(
                caller("engine").and(caller("engine")), Map.of("engine", oneADay()), Optional.empty(), nanoTime::get);
        PolicyDecision decision = twice.decide(Attempts.with(null));
        assertThat(decision.denialReason()).isEmpty();
        assertThat(decision.callers()).containsExactly("engine");
    }

    /** Keys of the rules of each identity as "permitted keys:key to use", and the key that is used. */
    @ParameterizedTest
    @CsvSource({
        ":a, :, a",
        ":, :a, a",
        ":a, :a, a",
        "a b:a, b:, b",
        "a:, b:, denied",
        ":a, :b, denied",
        ":, a b:, denied",
        ":a, b:, b",
    })
    void theIdentitiesAgreeOnAKey(String engine, String accounting, String key) {
        SigningPolicy policy = both(Map.of("engine", rules(engine), "accounting", rules(accounting)), null);
        PolicyDecision decision = policy.decide(Attempts.withoutKey());
        if (key.equals("denied")) {
            assertThat(decision.denialReason()).isPresent();
        } else {
            assertThat(decision.denialReason()).isEmpty();
            assertThat(decision.keyName()).contains(key);
        }
    }

    private static CallerPermissions rules(String keys) {
        String[] parts = keys.split(":", -1);
        CallerPermissions.Builder rules = CallerPermissions.builder();
        if (!parts[0].isBlank()) {
            rules.keys(Set.copyOf(List.of(parts[0].split(" "))));
        }
        if (!parts[1].isBlank()) {
            rules.key(parts[1]);
        }
        return rules.build();
    }
}
