package io.github.hsmsigner.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hsmsigner.core.cms.CmsContainerBuilder;
import io.github.hsmsigner.core.error.ErrorCode;
import io.github.hsmsigner.core.error.SigningDeniedException;
import io.github.hsmsigner.core.error.SigningException;
import io.github.hsmsigner.core.error.SigningUnavailableException;
import io.github.hsmsigner.core.error.SigningUnavailableException.Reason;
import io.github.hsmsigner.core.error.UnknownKeyException;
import io.github.hsmsigner.core.error.UnrecordedRequestException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class AuditTest {

    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
    private static final Digest DIGEST =
            Digest.compute(DigestAlgorithm.SHA384, "content".getBytes(StandardCharsets.UTF_8));
    private static final SigningPolicy ONLY_SHA384 = attempt ->
            attempt.digestAlgorithm().filter(a -> a != DigestAlgorithm.SHA384).isPresent()
                    ? PolicyDecision.deny("wrong digest algorithm")
                    : PolicyDecision.allow("the accounting department");

    private final List<AuditEvent> events = new ArrayList<>();
    private final List<String> measured = new ArrayList<>();
    private final SigningService service = service(events::add);

    private SigningService service(AuditLog audit) {
        return SigningService.builder(SigningKeys.of(TestKeys.key("main")), new CmsContainerBuilder())
                .policy(ONLY_SHA384)
                .audit(audit)
                .metrics(new SignerMetrics() {
                    @Override
                    public void requestEnded(AuditEvent event) {
                        measured.add("ended " + event.action()
                                + event.error().map(error -> " " + error.text()).orElse(""));
                    }

                    @Override
                    public void signatureMade(String keyName, SignatureAlgorithm algorithm, Duration duration) {
                        measured.add("made " + keyName + " " + algorithm);
                    }
                })
                .clock(Clock.fixed(NOW, ZoneOffset.UTC))
                .build();
    }

    private static RequestContext request() {
        return RequestContext.builder("request-7")
                .signingToken(SigningToken.of("secret".getBytes(StandardCharsets.UTF_8)))
                .transportFacts(Map.of(TransportFacts.REMOTE_ADDRESS, "192.0.2.7"))
                .build();
    }

    @Test
    void recordsASignatureInAContainer() {
        service.signContainer(request(), ContainerRequest.forDigest(ContainerFormat.PADES_B_B, DIGEST));
        assertThat(events).hasSize(1);
        AuditEvent event = events.get(0);
        assertThat(event)
                .isEqualTo(new AuditEvent(
                        NOW,
                        "request-7",
                        Optional.empty(),
                        SigningAction.CONTAINER,
                        List.of("the accounting department"),
                        Optional.of("192.0.2.7"),
                        Optional.of("main"),
                        Optional.of(TestKeys.chain().signer().getSerialNumber()),
                        Optional.of(SignatureAlgorithm.RSA_PKCS1_SHA384),
                        Optional.of(DIGEST),
                        Optional.of(ContainerFormat.PADES_B_B),
                        false,
                        Optional.empty(),
                        Optional.empty(),
                        event.duration(),
                        event.queued(),
                        event.signing()));
        assertThat(event.toString()).doesNotContain("secret");
        assertThat(measured).containsExactly("made main RSA_PKCS1_SHA384", "ended CONTAINER");
    }

    @Test
    void recordsEveryKindOfRequest() {
        service.certificates(request());
        service.signRaw(request(), DIGEST);
        assertThat(events)
                .extracting(AuditEvent::action)
                .containsExactly(SigningAction.CERTIFICATES, SigningAction.RAW_SIGNATURE);
    }

    @Test
    void recordsARefusalAndWhatWasAsked() {
        Digest other = Digest.compute(DigestAlgorithm.SHA256, new byte[0]);
        assertThatThrownBy(() -> service.signRaw(request(), other)).isInstanceOf(SigningDeniedException.class);
        assertThat(events).singleElement().satisfies(event -> {
            assertThat(event.error()).contains(ErrorCode.DENIED);
            assertThat(event.digest()).contains(other);
            assertThat(event.algorithm()).isEmpty();
        });
        assertThat(measured).containsExactly("ended RAW_SIGNATURE denied");
    }

    @Test
    void recordsARequestForAKeyThatDoesNotExist() {
        RequestContext context =
                RequestContext.builder("request-8").keyName("absent").build();
        assertThatThrownBy(() -> service.signRaw(context, DIGEST)).isInstanceOf(UnknownKeyException.class);
        assertThat(events).singleElement().satisfies(event -> {
            assertThat(event.error()).contains(ErrorCode.NO_SUCH_KEY);
            assertThat(event.keyName()).isEmpty();
        });
    }

    @Test
    void whatCannotBeRecordedIsNotHandedOut() {
        SigningService forgetful = service(event -> {
            throw new IllegalStateException("disk full");
        });
        assertThatThrownBy(() -> forgetful.signRaw(request(), DIGEST))
                .isInstanceOfSatisfying(UnrecordedRequestException.class, e -> {
                    assertThat(e)
                            .hasMessageContainingAll("could not be recorded", "disk full")
                            .hasRootCauseMessage("disk full");
                    assertThat(e.clientMessage()).doesNotContain("disk");
                });
        assertThat(measured).last().isEqualTo("ended RAW_SIGNATURE internal");
    }

    private SigningService failing(Throwable failure, AuditLog audit) {
        return SigningService.builder(SigningKeys.of(TestKeys.key("main")), new CmsContainerBuilder())
                .policy(attempt -> sneakyThrow(failure))
                .audit(audit)
                .metrics(new SignerMetrics() {
                    @Override
                    public void requestEnded(AuditEvent event) {
                        measured.add("ended "
                                + event.error().map(ErrorCode::text).orElse("ok")
                                + event.unavailableReason()
                                        .map(reason -> " " + reason.text())
                                        .orElse(""));
                    }
                })
                .build();
    }

    @SuppressWarnings("unchecked")
    private static <E extends Throwable> PolicyDecision sneakyThrow(Throwable failure) throws E {
        throw (E) failure;
    }

    static Stream<Arguments> failures() {
        return Stream.of(
                Arguments.of(new OutOfMemoryError("test"), "ended internal"),
                Arguments.of(new NoClassDefFoundError("test"), "ended internal"),
                Arguments.of(new IllegalStateException("test"), "ended internal"),
                Arguments.of(new SigningDeniedException("test"), "ended denied"),
                Arguments.of(
                        SigningUnavailableException.lasting(Reason.PIN_REJECTED, "test", null),
                        "ended unavailable pin_rejected"));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void everyFailureIsRecordedAndCountedOnce(Throwable failure, String counted) {
        SigningService service = failing(failure, events::add);
        assertThatThrownBy(() -> service.signRaw(request(), DIGEST)).satisfies(thrown -> {
            assertThat(failure instanceof IllegalStateException ? thrown.getCause() : thrown)
                    .isSameAs(failure);
        });
        assertThat(events)
                .singleElement()
                .satisfies(event -> assertThat(event.error()).isPresent());
        assertThat(measured).containsExactly(counted);
    }

    @ParameterizedTest
    @MethodSource("failures")
    void aFailureThatCannotBeRecordedIsKept(Throwable failure) {
        for (Throwable lost : List.of(new IllegalStateException("disk full"), new OutOfMemoryError("heap full"))) {
            measured.clear();
            SigningService service = failing(failure, event -> AuditTest.<RuntimeException>sneakyThrow(lost));
            assertThatThrownBy(() -> service.signRaw(request(), DIGEST))
                    .isInstanceOf(UnrecordedRequestException.class)
                    .hasCause(lost)
                    .satisfies(thrown -> assertThat(thrown.getSuppressed()).containsExactly(failure));
            assertThat(measured).containsExactly("ended internal");
        }
    }

    @Test
    void signsManyDigestsEachWithItsOwnOutcome() {
        Digest denied = Digest.compute(DigestAlgorithm.SHA256, new byte[0]);
        List<SignatureResult> results = service.signAll(request(), List.of(DIGEST, denied, DIGEST));
        assertThat(results).hasSize(3);
        assertThat(results.get(0).signature()).isEqualTo(service.signRaw(request(), DIGEST));
        assertThat(results.get(1).error()).map(SigningException::code).contains(ErrorCode.DENIED);
        assertThatThrownBy(() -> results.get(1).signature()).isInstanceOf(SigningDeniedException.class);
        assertThat(results.get(2).error()).isEmpty();
        assertThat(results.get(2).signature()).isEqualTo(results.get(0).signature());
    }

    @Test
    void policiesAreComposed() {
        SigningPolicy nobody = attempt -> PolicyDecision.deny("nobody");
        SigningPolicy named = attempt -> PolicyDecision.allow("named");
        SigningAttempt attempt = new SigningAttempt(
                SigningAction.CERTIFICATES, request(), Optional.of("main"), Optional.empty(), Optional.empty());
        SigningPolicy neverAsked = unexpected -> {
            throw new AssertionError("asked after a denial");
        };
        assertThat(nobody.and(neverAsked).decide(attempt).denialReason()).contains("nobody");
        assertThat(SigningPolicy.open().and(nobody).decide(attempt).denialReason())
                .contains("nobody");
        assertThat(SigningPolicy.open().and(named).decide(attempt).callers()).contains("named");
        assertThat(named.and(SigningPolicy.open()).decide(attempt).callers()).contains("named");
        assertThat(named.and(nobody).decide(attempt).denialReason()).contains("nobody");
    }

    @Test
    void aComposedPolicyKeepsAllCallersAndTheReasonForAMissingKey() {
        SigningPolicy first = attempt -> PolicyDecision.allow("first").withoutKey("no key yet");
        SigningPolicy second = attempt -> PolicyDecision.allow("second").withCaller("first");
        SigningPolicy choosing = attempt -> PolicyDecision.allow("third").withKey("main");
        SigningPolicy denying = attempt -> PolicyDecision.deny("nobody").withCaller("second");
        SigningAttempt attempt = new SigningAttempt(
                SigningAction.CERTIFICATES, request(), Optional.empty(), Optional.empty(), Optional.empty());
        PolicyDecision both = first.and(second).decide(attempt);
        assertThat(both.callers()).containsExactly("first", "second");
        assertThat(both.missingKeyReason()).contains("no key yet");
        PolicyDecision chosen = first.and(choosing).decide(attempt);
        assertThat(chosen.callers()).containsExactly("first", "third");
        assertThat(chosen.keyName()).contains("main");
        assertThat(chosen.missingKeyReason()).isEmpty();
        assertThat(first.and(denying).decide(attempt).callers()).containsExactly("first", "second");
    }
}
