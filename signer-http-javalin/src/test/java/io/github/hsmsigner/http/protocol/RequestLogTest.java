package io.github.hsmsigner.http.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hsmsigner.core.DigestAlgorithm;
import io.github.hsmsigner.core.error.SigningUnavailableException.Reason;
import io.github.hsmsigner.testing.CapturedLog;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RequestLogTest {

    private final RequestLog requests = new RequestLog();
    private final CapturedLog log = new CapturedLog();

    @AfterEach
    void close() {
        log.close();
    }

    private static CallbackReport report(
            CallbackAction action, String caller, String key, String outcome, int status, String reason) {
        return reportOf(action, Stream.ofNullable(caller).toList(), key, outcome, status, reason);
    }

    private static CallbackReport reportOf(
            CallbackAction action, List<String> callers, String key, String outcome, int status, String reason) {
        return new CallbackReport(
                "request-1",
                Optional.ofNullable(action),
                callers,
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

    @Test
    void aLineHasAllThatIsKnown() {
        requests.answered(report(CallbackAction.SIGN, "accounting", "main", "ok", 200, null));
        requests.answered(report(null, null, null, "invalid_request", 400, "Not JSON."));
        String logger = "INFO " + RequestLog.class.getName();
        assertThat(log.lines())
                .containsExactly(
                        logger
                                + " Request request-1: ok action=sign caller=accounting client=192.0.2.7 key=main digest=sha384 bytes=77"
                                + " outcome=ok status=200 duration_us=4999 reading_us=1 queued_us=2000 signing_us=1000",
                        logger
                                + " Request request-1: invalid_request client=192.0.2.7 bytes=77 outcome=invalid_request status=400"
                                + " duration_us=4999 reading_us=1 queued_us=2000 signing_us=1000 reason=Not JSON.");
    }

    @ParameterizedTest
    @CsvSource({
        "engine, , caller=engine client=192.0.2.7 key",
        "engine, accounting, 'caller=engine, accounting client=192.0.2.7 key'",
        "'CN=engine,O=Example', accounting, 'caller=CN=engine\\,O=Example, accounting client=192.0.2.7 key'",
    })
    void aLineNamesEveryCaller(String first, String second, String expected) {
        List<String> callers = Stream.of(first, second).filter(Objects::nonNull).toList();
        requests.answered(reportOf(CallbackAction.SIGN, callers, "main", "ok", 200, null));
        assertThat(log.lines()).singleElement().asString().contains(expected);
    }

    @Test
    void aCallerCannotForgeALine() {
        String caller = "x\" outcome=\"ok\"\r\nINFO forged \u202e\u001b[2K\ud800" + "y".repeat(500);
        requests.answered(report(CallbackAction.SIGN, caller, "main", "denied", 401, "Caller\n" + "z".repeat(2_000)));
        assertThat(log.lines())
                .singleElement()
                .asString()
                .contains(" caller=x' outcome='ok'??INFO forged ??[2K?yyy")
                .contains("y… client=192.0.2.7 key=main ")
                .contains("reason=Caller?zz")
                .endsWith("z…")
                .doesNotContain("\n", "\"")
                .hasSizeLessThan(1_600);
    }
}
