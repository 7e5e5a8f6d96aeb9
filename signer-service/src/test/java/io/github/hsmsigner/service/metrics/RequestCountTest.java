package io.github.hsmsigner.service.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hsmsigner.core.RequestContext;
import io.github.hsmsigner.core.SigningKeys;
import io.github.hsmsigner.core.SigningService;
import io.github.hsmsigner.core.TestKeys;
import io.github.hsmsigner.core.cms.CmsContainerBuilder;
import io.github.hsmsigner.http.protocol.CallbackAction;
import io.github.hsmsigner.http.protocol.ErrorResponses;
import io.github.hsmsigner.http.protocol.HttpErrorCode;
import io.github.hsmsigner.micrometer.Scrape;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Each request counts once, and whatever clients send, there are no more time series. */
class RequestCountTest {

    private final ServiceMetrics metrics = new ServiceMetrics("1");

    @AfterEach
    void close() {
        metrics.close();
    }

    private static double count(Scrape scrape, String action, String outcome) {
        return scrape.value("signer_requests_total", "action", action, "outcome", outcome);
    }

    @Test
    void countsByActionAndOutcome() {
        metrics.answered(Optional.of(CallbackAction.SIGN_PKCS7), "ok");
        metrics.answered(Optional.of(CallbackAction.SIGN_PKCS7), "unavailable");
        metrics.answered(Optional.of(CallbackAction.GET_CERTIFICATES), "ok");
        for (HttpErrorCode code : HttpErrorCode.values()) {
            metrics.answered(
                    Optional.empty(),
                    ErrorResponses.of(code, "Say please.", "id").outcome());
        }

        Scrape scrape = Scrapes.of(metrics);
        assertThat(count(scrape, "sign_pkcs7", "ok")).isEqualTo(1);
        assertThat(count(scrape, "sign_pkcs7", "unavailable")).isEqualTo(1);
        assertThat(count(scrape, "get_certificates", "ok")).isEqualTo(1);
        for (HttpErrorCode code : HttpErrorCode.values()) {
            assertThat(count(scrape, "unknown", code.text())).as(code.text()).isEqualTo(1);
        }
        assertThat(scrape.sum("signer_requests_total")).isEqualTo(3 + HttpErrorCode.values().length);
    }

    /** The module signer-micrometer names the actions of a signing service as the callback protocol does. */
    @Test
    void durationsHaveTheActionsOfTheProtocol() {
        Scrape scrape = Scrapes.of(metrics);
        for (CallbackAction action : CallbackAction.values()) {
            assertThat(scrape.value("signer_request_duration_seconds_count", "action", action.text(), "result", "ok"))
                    .isZero();
        }
    }

    @Test
    void aServiceThatIsToldOfNoAnswersCountsNone() {
        SigningService service = SigningService.builder(SigningKeys.of(TestKeys.key("k")), new CmsContainerBuilder())
                .metrics(metrics.signing())
                .build();
        service.certificates(RequestContext.builder("id").build());

        Scrape scrape = Scrapes.of(metrics);
        assertThat(scrape.sum("signer_requests_total")).isZero();
        assertThat(scrape.sum("signer_request_duration_seconds_count")).isEqualTo(1);
    }

    @Test
    void noInputMakesATimeSeries() {
        Set<String> before = Set.copyOf(Scrapes.of(metrics).series());
        for (int i = 0; i < 1_000; i++) {
            metrics.answered(Optional.empty(), "outcome-" + i);
        }
        Scrape after = Scrapes.of(metrics);
        assertThat(count(after, "unknown", "other")).isEqualTo(1_000);
        assertThat(after.series())
                .filteredOn(series -> series.startsWith("signer_"))
                .containsExactlyInAnyOrderElementsOf(before.stream()
                        .filter(series -> series.startsWith("signer_"))
                        .toList());
    }
}
