package io.github.hsmsigner.service.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hsmsigner.core.DigestAlgorithm;
import io.github.hsmsigner.core.error.SigningUnavailableException.Reason;
import io.github.hsmsigner.http.protocol.CallbackAction;
import io.github.hsmsigner.http.protocol.CallbackReport;
import io.github.hsmsigner.http.protocol.RequestLog;
import io.github.hsmsigner.testing.CapturedLog;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RequestLogThrottleTest {

    private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 5);
    private final RequestLog requests = new RequestLog(new RequestLogThrottle(now::get));
    private final CapturedLog log = new CapturedLog();

    @AfterEach
    void close() {
        log.close();
    }

    private static CallbackReport report(
            CallbackAction action, String caller, String key, String outcome, int status, String reason) {
        return new CallbackReport(
                "request-1",
                Optional.ofNullable(action),
                Stream.ofNullable(caller).toList(),
                Optional.of("192.0.2.7"),
                Optional.ofNullable(key),
                action == CallbackAction.SIGN ? Optional.of(DigestAlgorithm.SHA384) : Optional.empty(),
                77,
                outcome,
                status,
                Optional.ofNullable(reason),
                outcome.equals("unavailable") ? Optional.of(Reason.DOWN) : Optional.empty(),
                Duration.ofNanos(4_999_999),
                Duration.ofNanos(1_000),
                Duration.ofMillis(2),
                Duration.ofMillis(1),
                true,
                false);
    }

    private static CallbackReport unrecorded(String key) {
        CallbackReport report = report(CallbackAction.SIGN, null, key, "internal", 500, "Disk full.");
        return new CallbackReport(
                report.requestId(),
                report.action(),
                report.callers(),
                report.client(),
                report.keyName(),
                report.digestAlgorithm(),
                report.bodyBytes(),
                report.outcome(),
                report.status(),
                report.reason(),
                report.unavailableReason(),
                report.total(),
                report.reading(),
                report.queued(),
                report.signing(),
                false,
                false);
    }

    private void refuse(CallbackAction action, String key, String reason) {
        requests.answered(report(action, null, key, "unavailable", 503, reason));
    }

    private void serve(CallbackAction action, String key) {
        requests.answered(report(action, null, key, "ok", 200, null));
    }

    private void pass(Duration time) {
        now.addAndGet(time.toNanos());
    }

    /** What an operator sees of outages. */
    private List<String> outages() {
        return log.lines().stream()
                .filter(line -> line.contains("Requests "))
                .map(line -> line.replace(RequestLog.class.getName() + " ", ""))
                .toList();
    }

    @Test
    void refusalsAreCountedAndNotLoggedOneByOne() {
        for (int i = 0; i < 1_000; i++) {
            refuse(CallbackAction.SIGN, "main", "The token hangs.");
        }
        assertThat(outages())
                .containsExactly("WARN Requests for key \"main\" are refused with 503; from now on they are counted."
                        + " unavailable_reason=down reason=The token hangs.");
        pass(OutageLog.REMINDER.plusSeconds(1));
        refuse(CallbackAction.SIGN, "main", "The token is\naway.");
        refuse(CallbackAction.SIGN, "main", "The token is away.");
        assertThat(outages())
                .hasSize(2)
                .last()
                .isEqualTo("WARN Requests for key \"main\" are still refused with 503."
                        + " refused=1001 seconds=61 unavailable_reason=down reason=The token is away.");
        pass(OutageLog.QUIET);
        serve(CallbackAction.SIGN, "main");
        serve(CallbackAction.SIGN, "main");
        assertThat(outages())
                .hasSize(3)
                .last()
                .isEqualTo("INFO Requests for key \"main\" are served again. refused=1002 seconds=61");

        refuse(CallbackAction.SIGN, "main", "Again.");
        assertThat(outages()).hasSize(4).last().asString().startsWith("WARN").endsWith("reason=Again.");
        assertThat(log.lines().stream().filter(line -> line.startsWith("DEBUG")))
                .hasSize(1_003);
        assertThat(log.lines().stream().filter(line -> line.startsWith("INFO") && line.contains(" outcome=")))
                .hasSize(2);
    }

    @Test
    void whatCannotBeRecordedIsCountedAndNotLoggedOneByOne() {
        for (int i = 0; i < 1_000; i++) {
            requests.answered(unrecorded("main"));
        }
        String failing = "fail with 500, because they cannot be recorded in the audit log";
        assertThat(outages())
                .containsExactly("WARN Requests for key \"main\" " + failing
                        + "; from now on they are counted. reason=Disk full.");
        pass(OutageLog.REMINDER);
        requests.answered(unrecorded("main"));
        pass(OutageLog.QUIET);
        serve(CallbackAction.SIGN, "main");
        assertThat(outages())
                .hasSize(3)
                .endsWith(
                        "WARN Requests for key \"main\" still " + failing
                                + ". refused=1001 seconds=60 reason=Disk full.",
                        "INFO Requests for key \"main\" are recorded again. refused=1001 seconds=60");
        assertThat(log.lines().stream().filter(line -> line.startsWith("INFO") && line.contains(" outcome=")))
                .hasSize(1);
    }

    @Test
    void aFaultThatIsNotOfTheAuditLogHasItsLine() {
        requests.answered(report(CallbackAction.SIGN, null, "main", "internal", 500, "It does not verify."));
        assertThat(log.lines()).singleElement().asString().startsWith("INFO").contains("outcome=internal");
    }

    @Test
    void aFullQueueThatLetsSomeInIsOneOutage() {
        for (int i = 0; i < 100; i++) {
            refuse(CallbackAction.SIGN_PKCS7, "main", "No further signature may wait.");
            serve(CallbackAction.SIGN_PKCS7, "main");
            pass(OutageLog.QUIET.minusNanos(1).dividedBy(2));
        }
        // 250 s with a refusal each 2.5 s: the beginning, and a line at the first one after each minute.
        assertThat(outages()).hasSize(4);
        pass(OutageLog.QUIET);
        serve(CallbackAction.SIGN_PKCS7, "main");
        assertThat(outages())
                .hasSize(5)
                .last()
                .asString()
                .contains("served again")
                .contains("refused=100 ");
    }

    @Test
    void certificatesDoNotEndAnOutageOfSignatures() {
        refuse(CallbackAction.GET_CERTIFICATES, "main", "Not ready.");
        refuse(CallbackAction.SIGN, "main", "The token hangs.");
        pass(OutageLog.QUIET);
        serve(CallbackAction.GET_CERTIFICATES, "main");
        assertThat(outages()).hasSize(1);
        serve(CallbackAction.SIGN, "main");
        assertThat(outages()).hasSize(2);
    }

    @Test
    void whatWasRefusedBeforeItCameToAKeyEndsWithAnySuccess() {
        refuse(null, null, "The service is starting.");
        pass(OutageLog.QUIET);
        requests.answered(report(CallbackAction.SIGN, null, null, "denied", 401, null));
        assertThat(outages())
                .containsExactly("WARN Requests are refused with 503; from now on they are counted."
                        + " unavailable_reason=down reason=The service is starting.");
        serve(CallbackAction.GET_CERTIFICATES, "main");
        assertThat(outages()).hasSize(2).last().isEqualTo("INFO Requests are served again. refused=1 seconds=0");
    }

    @Test
    void oneKeyGoesOnWhileAnotherIsOut() {
        refuse(CallbackAction.SIGN, "a", "Token a hangs.");
        pass(OutageLog.QUIET);
        serve(CallbackAction.SIGN, "b");
        assertThat(outages()).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({
        "SIGN, denied, 401",
        "SIGN, invalid_request, 400",
        ", unsupported_media_type, 415",
        "GET_CERTIFICATES, ok, 200",
        "SIGN_PKCS7, rate_limited, 429"
    })
    void unknownCallersHaveTenLinesASecondAndASummaryEachMinute(CallbackAction action, String outcome, int status) {
        CallbackReport report = report(action, null, null, outcome, status, "No reason.");
        for (int i = 0; i < 1000; i++) {
            requests.answered(report);
        }
        assertThat(shown()).hasSize(10).allMatch(line -> line.startsWith("INFO"));
        now.addAndGet(Duration.ofSeconds(1).toNanos());
        requests.answered(report);
        assertThat(shown()).hasSize(11);
        now.addAndGet(Duration.ofSeconds(59).toNanos());
        requests.answered(report);
        assertThat(shown())
                .hasSize(13)
                .element(11)
                .asString()
                .contains("WARN", "Requests of unknown callers were not logged", "requests=990");
    }

    @ParameterizedTest
    @CsvSource({
        "accounting, SIGN, denied, 401",
        ", SIGN, ok, 200",
        ", SIGN_PKCS7, ok, 200",
        ", SIGN, internal, 500",
        "accounting, GET_CERTIFICATES, ok, 200"
    })
    void knownCallersAndSignaturesHaveAlwaysALine(String caller, CallbackAction action, String outcome, int status) {
        for (int i = 0; i < 50; i++) {
            requests.answered(report(action, caller, "key", outcome, status, null));
        }
        assertThat(shown()).hasSize(50);
    }

    /** The lines that are there unless somebody looks for a fault. */
    private List<String> shown() {
        return log.lines().stream().filter(line -> !line.startsWith("DEBUG")).toList();
    }
}
