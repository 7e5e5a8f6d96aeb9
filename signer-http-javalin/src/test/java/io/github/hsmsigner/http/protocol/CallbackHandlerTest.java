package io.github.hsmsigner.http.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hsmsigner.core.AuditEvent;
import io.github.hsmsigner.core.AuditLog;
import io.github.hsmsigner.core.CertificateChain;
import io.github.hsmsigner.core.CertificateProvider;
import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.DigestAlgorithm;
import io.github.hsmsigner.core.PolicyDecision;
import io.github.hsmsigner.core.SigningKey;
import io.github.hsmsigner.core.SigningKeys;
import io.github.hsmsigner.core.SigningPolicy;
import io.github.hsmsigner.core.SigningService;
import io.github.hsmsigner.core.cms.CmsContainerBuilder;
import io.github.hsmsigner.core.keystore.KeyStoreSigner;
import io.github.hsmsigner.http.TestKey;
import io.github.hsmsigner.testing.CapturedLog;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The protocol without a web server. */
class CallbackHandlerTest {

    private static final int MAX_BODY_BYTES = 1000;

    @TempDir
    private Path directory;

    private static RequestMetadata metadata(OptionalLong length) {
        return metadata(length, Duration.ZERO);
    }

    private static RequestMetadata metadata(OptionalLong length, Duration waited) {
        Map<String, List<String>> headers = new HashMap<>(Map.of("Content-Type", List.of("application/json")));
        length.ifPresent(bytes -> headers.put("Content-Length", List.of(Long.toString(bytes))));
        return new RequestMetadata("id", name -> headers.getOrDefault(name, List.of()), false, waited, Map.of());
    }

    private CallbackResponse answer(OptionalLong length, InputStream body) {
        var service = TestKey.service(directory);
        return handler(service, CallbackLimits.defaults().withMaxBodyBytes(MAX_BODY_BYTES), report -> {})
                .handle(metadata(length), () -> body);
    }

    private static CallbackHandler handler(
            SigningService service, CallbackLimits limits, CallbackObserver... observers) {
        CallbackHandler.Config config = new CallbackHandler.Config();
        config.limits = limits;
        config.observers = List.of(observers);
        return new CallbackHandler(() -> service, config);
    }

    @Test
    void aLargeBodyIsReadToItsEndAndTheConnectionStays() {
        CallbackResponse answer = answer(OptionalLong.of(2000), new ByteArrayInputStream(new byte[2000]));
        assertThat(answer.status()).isEqualTo(413);
        assertThat(answer.headers()).doesNotContainKey("Connection");
    }

    @Test
    void aBodyWithoutEndIsNotReadToItsEndAndTheConnectionIsClosed() {
        CallbackResponse answer = answer(OptionalLong.empty(), new Endless());
        assertThat(answer.status()).isEqualTo(413);
        assertThat(answer.headers()).containsEntry("Connection", "close");
    }

    /** Keeps the deadlines that the signing service gets. */
    private static final class DeadlineLog implements AuditLog {

        private Deadline signing;
        private Deadline recording;

        SigningPolicy policy() {
            return attempt -> {
                signing = attempt.context().deadline();
                return PolicyDecision.allow("engine");
            };
        }

        @Override
        public void record(AuditEvent event) {
            throw new AssertionError("recorded without a deadline");
        }

        @Override
        public void record(AuditEvent event, Deadline deadline) {
            recording = deadline;
        }
    }

    @ParameterizedTest
    @CsvSource({"PT9S, PT8.5S, PT8.9S", "PT5S, PT4.5S, PT4.9S", "PT2S, PT1.8S, PT1.96S", "PT1H, PT59M59.5S, PT59M59.9S"
    })
    void aPartOfTheTimeLimitIsReservedForTheAuditLogAndTheResponse(
            Duration timeLimit, Duration signing, Duration recording) {
        DeadlineLog log = new DeadlineLog();
        SigningService service = TestKey.service(directory, log.policy(), log);
        CallbackLimits limits = CallbackLimits.defaults().withTimeLimit(timeLimit);
        CallbackHandler handler = handler(service, limits, report -> {});
        Deadline latest = Deadline.after(signing);
        InputStream body =
                new ByteArrayInputStream("{\"encoded_contents\":\"AAAA\"}".getBytes(StandardCharsets.US_ASCII));

        assertThat(handler.handle(metadata(OptionalLong.empty()), () -> body).status())
                .isEqualTo(200);

        assertThat(limits.signingLimit()).isEqualTo(signing);
        assertThat(limits.auditLimit()).isEqualTo(recording);
        assertThat(log.signing.remainingNanos())
                .isGreaterThan(latest.remainingNanos())
                .isLessThanOrEqualTo(signing.toNanos());
        assertThat(log.recording.remainingNanos()).isGreaterThan(log.signing.remainingNanos());
    }

    /** A full server lets requests wait for a permit, and Document Engine waits meanwhile. */
    @Test
    void theTimeForWhichTheServerHeldARequestCountsTowardsTheLimit() {
        DeadlineLog log = new DeadlineLog();
        SigningService service = TestKey.service(directory, log.policy(), log);
        CallbackHandler handler = handler(service, CallbackLimits.defaults());
        byte[] body = "{\"encoded_contents\":\"AAAA\"}".getBytes(StandardCharsets.US_ASCII);

        handler.handle(metadata(OptionalLong.empty(), Duration.ofSeconds(2)), () -> new ByteArrayInputStream(body));

        assertThat(log.signing.remainingNanos())
                .isLessThanOrEqualTo(Duration.ofMillis(6_500).toNanos());
        assertThat(log.recording.remainingNanos())
                .isLessThanOrEqualTo(Duration.ofMillis(6_900).toNanos());
        handler.handle(metadata(OptionalLong.empty(), Duration.ofSeconds(10)), () -> new ByteArrayInputStream(body));
        assertThat(log.signing.remainingNanos()).isZero();
    }

    private static List<CallbackReport> reports(SigningService service, String... bodies) {
        List<CallbackReport> reports = new ArrayList<>();
        CallbackHandler handler = handler(service, CallbackLimits.defaults(), reports::add);
        for (String body : bodies) {
            handler.handle(
                    metadata(OptionalLong.empty()),
                    () -> new ByteArrayInputStream(body.getBytes(StandardCharsets.US_ASCII)));
        }
        return reports;
    }

    private static String certificates(CallbackHandler handler) {
        byte[] body = "{\"action\":\"get_certificates\"}".getBytes(StandardCharsets.US_ASCII);
        CallbackResponse response =
                handler.handle(metadata(OptionalLong.empty()), () -> new ByteArrayInputStream(body));
        assertThat(response.status()).isEqualTo(200);
        return new String(response.body(), StandardCharsets.US_ASCII);
    }

    private static String responseWith(X509Certificate certificate) throws CertificateEncodingException {
        return "{\"certificates\":[\"" + Base64.getEncoder().encodeToString(certificate.getEncoded())
                + "\"],\"ca_certificates\":[]}";
    }

    @Test
    void aReloadedCertificateIsInTheNextResponse() throws CertificateEncodingException {
        KeyStoreSigner signer = KeyStoreSigner.open(TestKey.writeKeyStore(directory), TestKey.PASSWORD.toCharArray());
        X509Certificate first = TestKey.certificate();
        X509Certificate second =
                TestKey.pki().certifySigner("Renewed Signer", TestKey.keyPair().getPublic());
        AtomicReference<X509Certificate> current = new AtomicReference<>(first);
        CertificateProvider provider = key -> CertificateChain.of(current.get(), List.of());
        SigningKey key = SigningKey.open("test", signer, provider, Deadline.after(Duration.ofSeconds(10)));
        SigningService service = SigningService.builder(SigningKeys.of(key), new CmsContainerBuilder())
                .build();
        CallbackHandler.Config config = new CallbackHandler.Config();
        config.certificateEncoding = CertificateEncoding.DER;
        CallbackHandler handler = new CallbackHandler(() -> service, config);
        for (X509Certificate certificate : List.of(first, second, first)) {
            current.set(certificate);
            service.reloadCertificates();
            assertThat(certificates(handler)).isEqualTo(responseWith(certificate));
            assertThat(certificates(handler)).as("again").isEqualTo(responseWith(certificate));
        }
    }

    @Test
    void keysWithDifferentCertificatesHaveDifferentResponses() throws CertificateEncodingException {
        KeyStoreSigner signer = KeyStoreSigner.open(TestKey.writeKeyStore(directory), TestKey.PASSWORD.toCharArray());
        X509Certificate other =
                TestKey.pki().certifySigner("Other Signer", TestKey.keyPair().getPublic());
        Deadline deadline = Deadline.after(Duration.ofSeconds(10));
        SigningKeys keys = SigningKeys.of(List.of(
                SigningKey.open("a", signer, k -> CertificateChain.of(TestKey.certificate(), List.of()), deadline),
                SigningKey.open("b", signer, k -> CertificateChain.of(other, List.of()), deadline)));
        AtomicReference<String> chosen = new AtomicReference<>();
        SigningService service = SigningService.builder(keys, new CmsContainerBuilder())
                .policy(attempt -> PolicyDecision.allow().withKey(chosen.get()))
                .build();
        CallbackHandler.Config config = new CallbackHandler.Config();
        config.certificateEncoding = CertificateEncoding.DER;
        CallbackHandler handler = new CallbackHandler(() -> service, config);
        for (String name : List.of("a", "b", "a", "b")) {
            chosen.set(name);
            assertThat(certificates(handler)).isEqualTo(responseWith(name.equals("a") ? TestKey.certificate() : other));
        }
    }

    @Test
    void theObserverIsToldWhatBecameOfARequest() {
        SigningService service = TestKey.service(directory, attempt -> PolicyDecision.allow("accounting"));
        List<CallbackReport> reports = reports(
                service,
                "{\"encoded_contents\":\"AAAA\",\"hash_algorithm\":\"sha512\"}",
                "{\"action\":\"get_certificates\"}  ",
                "{\"action\":\"sing\"}");
        assertThat(reports).hasSize(3);
        CallbackReport signed = reports.get(0);
        assertThat(signed.succeeded()).isTrue();
        assertThat(signed.action()).contains(CallbackAction.SIGN_PKCS7);
        assertThat(signed.callers()).contains("accounting");
        assertThat(signed.keyName()).isPresent();
        assertThat(signed.digestAlgorithm()).contains(DigestAlgorithm.SHA512);
        assertThat(signed.bodyBytes()).isEqualTo(53);
        assertThat(signed.status()).isEqualTo(200);
        assertThat(signed.reason()).isEmpty();
        assertThat(signed.queued()).isZero();
        assertThat(signed.signing()).isPositive();
        assertThat(signed.reading()).isPositive();
        assertThat(signed.reading().plus(signed.signing())).isLessThan(signed.total());

        CallbackReport certificates = reports.get(1);
        assertThat(certificates.action()).contains(CallbackAction.GET_CERTIFICATES);
        assertThat(certificates.callers()).contains("accounting");
        assertThat(certificates.digestAlgorithm()).isEmpty();
        assertThat(certificates.bodyBytes()).isEqualTo(31);
        assertThat(certificates.signing()).isZero();

        CallbackReport wrong = reports.get(2);
        assertThat(wrong.succeeded()).isFalse();
        assertThat(wrong.action()).isEmpty();
        assertThat(wrong.keyName()).isEmpty();
        assertThat(wrong.outcome()).isEqualTo("unsupported");
        assertThat(wrong.status()).isEqualTo(400);
        assertThat(wrong.reason())
                .hasValueSatisfying(reason -> assertThat(reason).contains("action"));
    }

    @Test
    void aCallerThatIsDeniedIsTold() {
        SigningService service = TestKey.service(directory, attempt -> PolicyDecision.deny("not today"));
        assertThat(reports(service, "{\"encoded_contents\":\"AAAA\"}"))
                .singleElement()
                .satisfies(report -> {
                    assertThat(report.outcome()).isEqualTo("denied");
                    assertThat(report.status()).isEqualTo(401);
                    assertThat(report.reason()).contains("not today");
                });
    }

    @Test
    void observersAreCalledInTheirOrderAndOneThatFailsChangesNothing() {
        SigningService service = TestKey.service(directory);
        StringBuilder called = new StringBuilder();
        CallbackHandler handler = handler(
                service,
                CallbackLimits.defaults(),
                report -> called.append(1),
                report -> {
                    throw new IllegalStateException("a fault of the observer");
                },
                report -> called.append(2));
        InputStream body =
                new ByteArrayInputStream("{\"encoded_contents\":\"AAAA\"}".getBytes(StandardCharsets.US_ASCII));
        try (CapturedLog log = new CapturedLog()) {
            assertThat(handler.handle(metadata(OptionalLong.empty()), () -> body)
                            .status())
                    .isEqualTo(200);
            assertThat(log.text()).contains("a fault of the observer");
        }
        assertThat(called).hasToString("12");
    }

    @Test
    void aBodyThatIsTooLargeIsThatFirstOfAll() {
        byte[] body = ("not JSON" + " ".repeat(MAX_BODY_BYTES)).getBytes(StandardCharsets.US_ASCII);
        assertThat(answer(OptionalLong.empty(), new ByteArrayInputStream(body)).status())
                .isEqualTo(413);
    }

    /** A client that never stops to send. */
    private static final class Endless extends InputStream {

        @Override
        public int read() {
            return ' ';
        }

        @Override
        public int read(byte[] buffer, int offset, int length) {
            return length;
        }
    }
}
