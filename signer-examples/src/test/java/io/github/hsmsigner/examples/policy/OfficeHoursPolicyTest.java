package io.github.hsmsigner.examples.policy;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hsmsigner.core.ContainerFormat;
import io.github.hsmsigner.core.DigestAlgorithm;
import io.github.hsmsigner.core.PolicyDecision;
import io.github.hsmsigner.core.RequestContext;
import io.github.hsmsigner.core.SigningAction;
import io.github.hsmsigner.core.SigningAttempt;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OfficeHoursPolicyTest {

    private static final Optional<ContainerFormat> CADES = Optional.of(ContainerFormat.PADES_B_B);

    private static PolicyDecision decide(
            String time, SigningAction action, DigestAlgorithm hash, Optional<ContainerFormat> format) {
        RequestContext context = RequestContext.builder("request")
                .transportFacts(Map.of(OfficeHoursPolicy.DEPARTMENT, "legal"))
                .build();
        return new OfficeHoursPolicy(
                        Map.of("legal", "contracts"), Clock.fixed(Instant.parse(time), ZoneId.of("Europe/Berlin")))
                .decide(new SigningAttempt(action, context, Optional.empty(), Optional.ofNullable(hash), format));
    }

    private static PolicyDecision container(String time) {
        return decide(time, SigningAction.CONTAINER, DigestAlgorithm.SHA512, CADES);
    }

    /** Times in UTC, an hour behind the office. */
    @ParameterizedTest
    @CsvSource({
        "2026-03-02T06:59:00Z, 1", // Monday
        "2026-03-02T17:00:00Z, 840",
        "2026-03-06T17:00:00Z, 3720", // Friday
        "2026-03-07T07:00:00Z, 2880", // Saturday
        "2026-03-08T22:59:00Z, 481" // Sunday
    })
    void theOfficeOpensAgain(String time, long minutes) {
        PolicyDecision decision = container(time);
        assertThat(decision.denialReason()).contains("the office is closed");
        assertThat(decision.retryAfter()).contains(Duration.ofMinutes(minutes));
        assertThat(decision.callers()).contains("legal");
        assertThat(container(Instant.parse(time)
                                .plus(Duration.ofMinutes(minutes))
                                .toString())
                        .denialReason())
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"2026-03-02T07:00:00Z", "2026-03-04T12:00:00Z", "2026-03-06T16:59:59Z"})
    void theDepartmentsKeySignsWhileItIsOpen(String time) {
        assertThat(container(time).denialReason()).isEmpty();
        assertThat(container(time).keyName()).contains("contracts");
    }

    @Test
    void certificatesAreGivenAtAnyTimeAndBareSignaturesNever() {
        assertThat(decide("2026-03-07T07:00:00Z", SigningAction.CERTIFICATES, null, Optional.empty())
                        .denialReason())
                .isEmpty();
        assertThat(decide("2026-03-04T12:00:00Z", SigningAction.RAW_SIGNATURE, DigestAlgorithm.SHA512, Optional.empty())
                        .denialReason())
                .isPresent();
        assertThat(decide("2026-03-04T12:00:00Z", SigningAction.CONTAINER, DigestAlgorithm.SHA256, CADES)
                        .denialReason())
                .isPresent();
    }
}
