package io.github.hsmsigner.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hsmsigner.core.cms.CmsContainerBuilder;
import io.github.hsmsigner.core.error.ErrorCode;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.core.error.RateLimitedException;
import io.github.hsmsigner.core.error.SigningDeniedException;
import io.github.hsmsigner.core.error.SigningException;
import io.github.hsmsigner.core.error.SigningUnavailableException;
import io.github.hsmsigner.core.error.UnknownKeyException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Which key signs: what the request names and what the policy chooses, and who learns of the keys there are. */
class KeyChoiceTest {

    private static final Digest DIGEST = Digest.compute(DigestAlgorithm.SHA256, new byte[3]);
    private static final SigningKeys ONE = SigningKeys.of(TestKeys.key("first"));
    private static final SigningKeys TWO = SigningKeys.of(List.of(TestKeys.key("first"), TestKeys.key("second")));

    private static final SigningKeys SECOND_AWAY = SigningKeys.of(List.of(TestKeys.key("first")), away("second"));
    private static final SigningKeys ALL_AWAY = SigningKeys.of(List.of(), away("first"));

    private final List<AuditEvent> events = new ArrayList<>();

    private static Map<String, Supplier<SigningUnavailableException>> away(String name) {
        return Map.of(name, () -> SigningUnavailableException.passing("The HSM is away.", Duration.ofSeconds(7), null));
    }

    private SigningService service(SigningKeys keys, SigningPolicy policy) {
        return SigningService.builder(keys, new CmsContainerBuilder())
                .policy(policy)
                .audit(events::add)
                .build();
    }

    private static RequestContext naming(String keyName) {
        return RequestContext.builder("request-1").keyName(keyName).build();
    }

    private static SigningPolicy choosing(String keyName) {
        return attempt -> PolicyDecision.allow("the caller").withKey(keyName);
    }

    static Stream<Arguments> choices() {
        return Stream.of(
                Arguments.of(ONE, null, null, "first"),
                Arguments.of(ONE, "first", null, "first"),
                Arguments.of(ONE, null, "first", "first"),
                Arguments.of(ONE, "first", "first", "first"),
                Arguments.of(TWO, "second", null, "second"),
                Arguments.of(TWO, null, "first", "first"),
                Arguments.of(TWO, null, "second", "second"),
                Arguments.of(TWO, "second", "second", "second"),
                Arguments.of(ONE, "third", null, ErrorCode.NO_SUCH_KEY),
                Arguments.of(TWO, null, null, ErrorCode.NO_SUCH_KEY),
                Arguments.of(TWO, "third", null, ErrorCode.NO_SUCH_KEY),
                Arguments.of(TWO, null, "third", ErrorCode.NO_SUCH_KEY),
                // The only key is no substitute for the one that the policy means.
                Arguments.of(ONE, null, "second", ErrorCode.NO_SUCH_KEY),
                Arguments.of(TWO, "first", "second", ErrorCode.DENIED),
                // Nor for one that is out of reach.
                Arguments.of(SECOND_AWAY, "first", null, "first"),
                Arguments.of(SECOND_AWAY, "second", null, ErrorCode.UNAVAILABLE),
                Arguments.of(SECOND_AWAY, null, "second", ErrorCode.UNAVAILABLE),
                Arguments.of(SECOND_AWAY, null, null, ErrorCode.NO_SUCH_KEY),
                Arguments.of(SECOND_AWAY, "third", null, ErrorCode.NO_SUCH_KEY),
                Arguments.of(ALL_AWAY, null, null, ErrorCode.UNAVAILABLE),
                Arguments.of(ALL_AWAY, "second", null, ErrorCode.NO_SUCH_KEY));
    }

    @ParameterizedTest(name = "{0}: the request names {1}, the policy chooses {2}: {3}")
    @MethodSource("choices")
    void requestAndPolicyTogether(SigningKeys keys, String requested, String chosen, Object expected) {
        SigningService service = service(keys, chosen == null ? SigningPolicy.open() : choosing(chosen));
        if (expected instanceof ErrorCode code) {
            assertThatThrownBy(() -> service.signRaw(naming(requested), DIGEST))
                    .isInstanceOfSatisfying(
                            SigningException.class, e -> assertThat(e.code()).isEqualTo(code));
            assertThat(events)
                    .singleElement()
                    .satisfies(e -> assertThat(e.error()).contains(code));
        } else {
            assertThat(service.signRaw(naming(requested), DIGEST)).hasSize(256);
            assertThat(events)
                    .singleElement()
                    .satisfies(e -> assertThat(e.keyName()).contains((String) expected));
        }
    }

    @Test
    void aKeyOutOfReachSaysWhyAndWhenToComeBack() {
        assertThatThrownBy(() -> service(ALL_AWAY, SigningPolicy.open()).certificates(naming(null)))
                .isInstanceOfSatisfying(SigningUnavailableException.class, e -> {
                    assertThat(e).hasMessage("The HSM is away.");
                    assertThat(e.retryAfter()).contains(Duration.ofSeconds(7));
                });
        assertThatThrownBy(() -> service(ALL_AWAY, attempt -> PolicyDecision.deny("nobody"))
                        .certificates(naming(null)))
                .isInstanceOf(SigningDeniedException.class);
    }

    @Test
    void aKeyIsEitherThereOrOutOfReach() {
        assertThatThrownBy(() -> SigningKeys.of(List.of(TestKeys.key("first")), away("first")))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("\"first\"");
        assertThatThrownBy(() -> SigningKeys.of(List.of())).isInstanceOf(InvalidConfigurationException.class);
    }

    @Test
    void aChosenKeyIsUsedForEveryAction() {
        SigningService service = service(TWO, choosing("second"));
        service.certificates(naming(null));
        service.signRaw(naming(null), DIGEST);
        service.signContainer(naming(null), ContainerRequest.forDigest(ContainerFormat.CMS, DIGEST));
        assertThat(service.maxContainerSize(naming(null), ContainerFormat.CMS, DigestAlgorithm.SHA256))
                .isPositive();
        assertThat(events).hasSize(4).allSatisfy(event -> {
            assertThat(event.keyName()).contains("second");
            assertThat(event.certificateSerial()).isPresent();
            assertThat(event.callers()).contains("the caller");
        });
    }

    static Stream<Arguments> attempts() {
        return Stream.of(
                Arguments.of(ONE, null, Optional.of("first")),
                Arguments.of(TWO, null, Optional.empty()),
                Arguments.of(TWO, "second", Optional.of("second")),
                Arguments.of(TWO, "third", Optional.of("third")));
    }

    @ParameterizedTest
    @MethodSource("attempts")
    void thePolicyIsAskedAboutTheKeyAsFarAsItIsKnown(SigningKeys keys, String requested, Optional<String> asked) {
        List<Optional<String>> seen = new ArrayList<>();
        SigningService service = service(keys, attempt -> {
            seen.add(attempt.keyName());
            return PolicyDecision.deny("nobody");
        });
        assertThatThrownBy(() -> service.signRaw(naming(requested), DIGEST)).isInstanceOf(SigningDeniedException.class);
        assertThat(seen).containsExactly(asked);
    }

    @Test
    void whoIsDeniedLearnsNothingOfTheKeys() {
        SigningService service = service(TWO, attempt -> PolicyDecision.deny("nobody"));
        assertThatThrownBy(() -> service.signRaw(naming("third"), DIGEST))
                .isInstanceOfSatisfying(
                        SigningDeniedException.class,
                        e -> assertThat(e.clientMessage()).doesNotContain("first"));
        assertThatThrownBy(() -> service(TWO, SigningPolicy.open()).signRaw(naming("third"), DIGEST))
                .isInstanceOfSatisfying(
                        UnknownKeyException.class,
                        e -> assertThat(e.clientMessage()).doesNotContain("first"))
                .hasMessageContaining("[first, second]");
        assertThatThrownBy(() -> service(TWO, SigningPolicy.open()).signRaw(naming(null), DIGEST))
                .isInstanceOfSatisfying(
                        UnknownKeyException.class,
                        e -> assertThat(e.clientMessage()).doesNotContain("first"))
                .hasMessageContaining("[first, second]");
        assertThat(events)
                .first()
                .satisfies(event -> assertThat(event.keyName()).isEmpty());
    }

    @Test
    void theAuditLogNamesWhomThePolicyDenies() {
        SigningService service =
                service(ONE, attempt -> PolicyDecision.deny("not with this key").withCaller("the intern"));
        assertThatThrownBy(() -> service.signRaw(naming(null), DIGEST)).isInstanceOf(SigningDeniedException.class);
        assertThat(events).singleElement().satisfies(event -> {
            assertThat(event.callers()).contains("the intern");
            assertThat(event.keyName()).contains("first");
        });
    }

    @Test
    void aDenialForNowTellsWhenToTryAgain() {
        SigningService service =
                service(ONE, attempt -> PolicyDecision.denyForNow("over 5 a minute", Duration.ofSeconds(12)));
        assertThatThrownBy(() -> service.signRaw(naming(null), DIGEST))
                .isInstanceOfSatisfying(RateLimitedException.class, e -> {
                    assertThat(e).hasMessage("over 5 a minute");
                    assertThat(e.clientMessage()).doesNotContain("minute");
                    assertThat(e.retryAfter()).contains(Duration.ofSeconds(12));
                    assertThat(e.retryable()).isTrue();
                });
        assertThat(events)
                .singleElement()
                .satisfies(event -> assertThat(event.error()).contains(ErrorCode.RATE_LIMITED));
    }

    @Test
    void aPolicyJudgesTheKeyThatTheOneBeforeItChose() {
        SigningPolicy notTheSecond = attempt -> attempt.keyName().equals(Optional.of("second"))
                ? PolicyDecision.deny("not the second")
                : PolicyDecision.allow();
        assertThat(service(TWO, choosing("first").and(notTheSecond)).signRaw(naming(null), DIGEST))
                .hasSize(256);
        SigningService denied = service(TWO, choosing("second").and(notTheSecond));
        assertThatThrownBy(() -> denied.signRaw(naming(null), DIGEST))
                .isInstanceOf(SigningDeniedException.class)
                .hasMessage("not the second");
        assertThat(events).last().satisfies(event -> assertThat(event.callers()).contains("the caller"));
    }

    @Test
    void twoPoliciesMustChooseTheSameKey() {
        assertThat(service(TWO, choosing("first").and(choosing("first"))).signRaw(naming(null), DIGEST))
                .hasSize(256);
        assertThat(service(TWO, SigningPolicy.open().and(choosing("first"))).signRaw(naming(null), DIGEST))
                .hasSize(256);
        SigningService torn = service(TWO, choosing("first").and(choosing("second")));
        assertThatThrownBy(() -> torn.signRaw(naming(null), DIGEST)).isInstanceOf(SigningDeniedException.class);
    }
}
