package io.github.hsmsigner.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hsmsigner.access.UserListSettings.ListedUser;
import io.github.hsmsigner.core.ContainerFormat;
import io.github.hsmsigner.core.DigestAlgorithm;
import io.github.hsmsigner.core.PolicyDecision;
import io.github.hsmsigner.core.RequestContext;
import io.github.hsmsigner.core.SigningAction;
import io.github.hsmsigner.core.SigningAttempt;
import io.github.hsmsigner.core.SigningPolicy;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a known caller may do. */
class CallerPermissionsTest {

    private static final CallerPermissions STRICT = CallerPermissions.builder()
            .actions(Set.of(SigningAction.CONTAINER, SigningAction.CERTIFICATES))
            .keys(Set.of("legal", "sales"))
            .digestAlgorithms(Set.of(DigestAlgorithm.SHA384, DigestAlgorithm.SHA512))
            .formats(Set.of(ContainerFormat.PADES_B_B))
            .key("sales")
            .build();

    private final AtomicLong nanoTime = new AtomicLong(Long.MAX_VALUE - 5);

    private static SigningAttempt attempt(
            SigningAction action, String requested, String only, DigestAlgorithm digest, ContainerFormat format) {
        RequestContext context = RequestContext.builder("r").keyName(requested).build();
        return new SigningAttempt(
                action,
                context,
                Optional.ofNullable(requested == null ? only : requested),
                Optional.ofNullable(digest),
                Optional.ofNullable(format));
    }

    private static SigningAttempt container(String requested, DigestAlgorithm digest, ContainerFormat format) {
        return attempt(SigningAction.CONTAINER, requested, null, digest, format);
    }

    private static SigningPolicy known(String caller) {
        return attempt -> caller == null ? PolicyDecision.allow() : PolicyDecision.allow(caller);
    }

    private SigningPolicy restricted(SigningPolicy authentication, CallerPermissions rules) {
        return new AuthorizationPolicy(
                authentication, Map.of("engine", rules), Optional.of(CallerPermissions.unrestricted()), nanoTime::get);
    }

    static Stream<Arguments> attempts() {
        DigestAlgorithm sha384 = DigestAlgorithm.SHA384;
        ContainerFormat cades = ContainerFormat.PADES_B_B;
        return Stream.of(
                Arguments.of(container("legal", sha384, cades), null),
                Arguments.of(container("sales", DigestAlgorithm.SHA512, cades), null),
                Arguments.of(container(null, sha384, cades), null),
                Arguments.of(attempt(SigningAction.CERTIFICATES, null, null, null, null), null),
                Arguments.of(attempt(SigningAction.CERTIFICATES, "other", null, null, null), "this key"),
                Arguments.of(attempt(SigningAction.RAW_SIGNATURE, "legal", null, sha384, null), "RAW_SIGNATURE"),
                Arguments.of(container("other", sha384, cades), "this key"),
                Arguments.of(container("legal", DigestAlgorithm.SHA256, cades), "sha256"),
                Arguments.of(container("legal", sha384, ContainerFormat.CMS), "CMS"),
                Arguments.of(container("legal", sha384, ContainerFormat.PADES_B_T), null));
    }

    @Test
    void thePermissionForCadesIncludesTheTimestampAndNotTheOtherWayRound() {
        CallerPermissions timestamped = CallerPermissions.builder()
                .formats(Set.of(ContainerFormat.PADES_B_T))
                .build();
        assertThat(STRICT.permits(ContainerFormat.PADES_B_T)).isTrue();
        assertThat(timestamped.permits(ContainerFormat.PADES_B_T)).isTrue();
        assertThat(timestamped.permits(ContainerFormat.PADES_B_B)).isFalse();
        assertThat(timestamped.permits(ContainerFormat.CMS)).isFalse();
    }

    @ParameterizedTest
    @MethodSource("attempts")
    void restrictWhatAListedCallerDoes(SigningAttempt attempt, String reason) {
        PolicyDecision decision = restricted(known("engine"), STRICT).decide(attempt);
        assertThat(decision.callers()).contains("engine");
        if (reason == null) {
            assertThat(decision.denialReason()).isEmpty();
        } else {
            assertThat(decision.denialReason())
                    .hasValueSatisfying(text -> assertThat(text).contains(reason));
        }
        assertThat(restricted(known("archive"), STRICT).decide(attempt).denialReason())
                .isEmpty();
        assertThat(restricted(known(null), STRICT).decide(attempt).denialReason())
                .isEmpty();
    }

    static Stream<Arguments> keyChoices() {
        CallerPermissions oneKey =
                CallerPermissions.builder().keys(Set.of("legal")).build();
        CallerPermissions twoKeys =
                CallerPermissions.builder().keys(Set.of("legal", "sales")).build();
        CallerPermissions anyKey = CallerPermissions.unrestricted();
        CallerPermissions chosen = CallerPermissions.builder().key("legal").build();
        return Stream.of(
                // rules, requested, only key there is, chosen by the other policy; what is chosen, or denied
                Arguments.of(oneKey, null, null, null, "legal"),
                Arguments.of(oneKey, "legal", null, null, null),
                Arguments.of(oneKey, "sales", null, null, "denied"),
                Arguments.of(oneKey, null, null, "sales", "denied"),
                Arguments.of(oneKey, null, "main", null, "legal"),
                Arguments.of(twoKeys, null, null, null, "denied"),
                Arguments.of(twoKeys, null, null, "sales", "sales"),
                Arguments.of(twoKeys, null, "main", null, "denied"),
                Arguments.of(twoKeys, null, "sales", null, null),
                Arguments.of(anyKey, null, null, null, null),
                Arguments.of(anyKey, null, null, "sales", "sales"),
                Arguments.of(anyKey, "legal", null, null, null),
                Arguments.of(chosen, null, null, null, "legal"),
                Arguments.of(chosen, null, null, "sales", "sales"),
                Arguments.of(chosen, "sales", null, null, null));
    }

    @ParameterizedTest
    @MethodSource("keyChoices")
    void chooseAKeyWhereNobodyElseDid(
            CallerPermissions rules, String requested, String only, String byPolicy, String expected) {
        SigningPolicy authentication = attempt -> byPolicy == null
                ? PolicyDecision.allow("engine")
                : PolicyDecision.allow("engine").withKey(byPolicy);
        PolicyDecision decision = restricted(authentication, rules)
                .decide(attempt(SigningAction.CERTIFICATES, requested, only, null, null));
        if ("denied".equals(expected)) {
            assertThat(decision.denialReason()).isPresent();
        } else {
            assertThat(decision.denialReason()).isEmpty();
            assertThat(decision.keyName()).isEqualTo(Optional.ofNullable(expected));
        }
    }

    @Test
    void callersWithoutRulesMayBeShutOut() {
        SigningAttempt attempt = container(null, DigestAlgorithm.SHA384, ContainerFormat.PADES_B_B);
        for (String caller : new String[] {"archive", null}) {
            SigningPolicy policy =
                    new AuthorizationPolicy(known(caller), Map.of("engine", STRICT), Optional.empty(), nanoTime::get);
            assertThat(policy.decide(attempt).denialReason()).isPresent();
        }
    }

    @Test
    void aDenialOfTheOtherPolicyStands() {
        PolicyDecision denied = restricted(attempt -> PolicyDecision.deny("nobody"), STRICT)
                .decide(container("legal", DigestAlgorithm.SHA384, ContainerFormat.PADES_B_B));
        assertThat(denied.denialReason()).contains("nobody");
    }

    @Test
    void aRateIsABucketThatFillsAgain() {
        CallerPermissions rules = CallerPermissions.builder()
                .rate(new RateLimit(3, Duration.ofSeconds(60)))
                .build();
        SigningPolicy policy = restricted(known("engine"), rules);
        SigningAttempt attempt = container(null, DigestAlgorithm.SHA256, ContainerFormat.CMS);
        for (int i = 0; i < 3; i++) {
            assertThat(policy.decide(attempt).denialReason()).isEmpty();
        }
        PolicyDecision over = policy.decide(attempt);
        assertThat(over.denialReason()).contains("The caller is over its rate of 3 in 60.0 s.");
        assertThat(over.retryAfter()).contains(Duration.ofSeconds(20));
        assertThat(over.callers()).contains("engine");
        nanoTime.addAndGet(Duration.ofSeconds(19).toNanos());
        assertThat(policy.decide(attempt).retryAfter()).contains(Duration.ofSeconds(1));
        nanoTime.addAndGet(Duration.ofSeconds(1).toNanos());
        assertThat(policy.decide(attempt).denialReason()).isEmpty();
        assertThat(policy.decide(attempt).retryAfter()).contains(Duration.ofSeconds(20));
        nanoTime.addAndGet(Duration.ofDays(1).toNanos());
        for (int i = 0; i < 3; i++) {
            assertThat(policy.decide(attempt).denialReason()).isEmpty();
        }
        assertThat(policy.decide(attempt).denialReason()).isPresent();
    }

    @Test
    void onlyPermittedSignaturesCountForTheRate() {
        CallerPermissions rules = CallerPermissions.builder()
                .rate(new RateLimit(1, Duration.ofSeconds(1)))
                .formats(Set.of(ContainerFormat.CMS))
                .build();
        SigningPolicy policy = restricted(known("engine"), rules);
        for (int i = 0; i < 3; i++) {
            assertThat(policy.decide(attempt(SigningAction.CERTIFICATES, null, null, null, null))
                            .denialReason())
                    .isEmpty();
            PolicyDecision refused = policy.decide(container(null, DigestAlgorithm.SHA256, ContainerFormat.PADES_B_B));
            assertThat(refused.denialReason()).isPresent();
            assertThat(refused.retryAfter()).isEmpty();
        }
        assertThat(policy.decide(container(null, DigestAlgorithm.SHA256, ContainerFormat.CMS))
                        .denialReason())
                .isEmpty();
    }

    @Test
    void eachCallerHasABucketOfItsOwn() {
        RateLimiter limiter = new RateLimiter(new RateLimit(1, Duration.ofSeconds(10)), nanoTime::get);
        assertThat(limiter.take("engine")).isEmpty();
        assertThat(limiter.take("archive")).isEmpty();
        assertThat(limiter.take("engine")).contains(Duration.ofSeconds(10));
    }

    @Test
    void callersWithFullBucketsAreForgotten() {
        RateLimiter limiter = new RateLimiter(new RateLimit(1, Duration.ofSeconds(10)), nanoTime::get);
        for (int i = 0; i < RateLimiter.REMEMBERED_CALLERS; i++) {
            assertThat(limiter.take("caller-" + i)).isEmpty();
        }
        assertThat(limiter.rememberedCallers()).isEqualTo(RateLimiter.REMEMBERED_CALLERS);
        nanoTime.addAndGet(Duration.ofSeconds(11).toNanos());
        assertThat(limiter.take("one more")).isEmpty();
        assertThat(limiter.rememberedCallers()).isEqualTo(1);
    }

    /** Callers with the most to regain stay: to forget one of them would give it most. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5})
    void noMoreCallersAreRememberedThanTheLimit(int rounds) {
        RateLimiter limiter = new RateLimiter(new RateLimit(3, Duration.ofDays(1)), nanoTime::get);
        for (int i = 0; i < 3; i++) {
            assertThat(limiter.take("greedy")).isEmpty();
        }
        for (int i = 0; i < rounds * RateLimiter.REMEMBERED_CALLERS; i++) {
            assertThat(limiter.take("caller-" + i)).isEmpty();
            assertThat(limiter.rememberedCallers()).isLessThanOrEqualTo(RateLimiter.REMEMBERED_CALLERS);
        }
        assertThat(limiter.rememberedCallers()).isGreaterThanOrEqualTo(RateLimiter.KEPT_CALLERS);
        assertThat(limiter.take("greedy")).isPresent();
    }

    @Test
    void settingsThatCannotWorkAreNamed() {
        assertRefused(() -> new RateLimit(0, Duration.ofSeconds(1)), "1 to 1000000 signatures, not 0");
        assertRefused(() -> new RateLimit(1, Duration.ofMillis(999)), "1 second to 1 day");
        assertRefused(() -> new RateLimit(1, Duration.ofDays(2)), "1 second to 1 day");
        assertRefused(
                () -> CallerPermissions.builder()
                        .keys(Set.of("b", "a"))
                        .key("c")
                        .build(),
                "\"c\" is to be used, but is none of those permitted: [a, b]");
        assertRefused(() -> CallerPermissions.builder().actions(Set.of()).build(), "can do nothing");
        assertRefused(
                () -> new AccessSettings(
                        List.of(new AllowAll(false)),
                        Map.of("engine", STRICT),
                        Optional.of(CallerPermissions.unrestricted())),
                "knows no caller");
        assertRefused(
                () -> new AccessSettings(List.of(new AllowAll(false)), Map.of(), Optional.empty()), "knows no caller");
        assertRefused(() -> new AccessSettings(List.of(), Map.of(), Optional.of(STRICT)), "No policy is set");
    }

    private static void assertRefused(Runnable making, String message) {
        assertThatThrownBy(making::run)
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining(message);
    }

    @Test
    void theKeysThatSettingsNameAreKnown() {
        AccessSettings settings = new AccessSettings(
                List.of(new UserListSettings(List.of(new ListedUser("ada", Set.of())), Map.of("simple", "simple-key"))),
                Map.of("ada", STRICT),
                Optional.of(CallerPermissions.builder().key("main").build()));
        assertThat(settings.keyNames()).containsExactly("legal", "main", "sales", "simple-key");
    }
}
