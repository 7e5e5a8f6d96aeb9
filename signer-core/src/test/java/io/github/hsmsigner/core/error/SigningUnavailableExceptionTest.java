package io.github.hsmsigner.core.error;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hsmsigner.core.error.SigningUnavailableException.Reason;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SigningUnavailableExceptionTest {

    private static final Duration SECOND = Duration.ofSeconds(1);

    @Test
    void theReasonIsDownUnlessItIsNamed() {
        assertThat(SigningUnavailableException.passing("m", SECOND, null).reason())
                .isEqualTo(Reason.DOWN);
        assertThat(SigningUnavailableException.passing("m", "c", SECOND, null).reason())
                .isEqualTo(Reason.DOWN);
        assertThat(SigningUnavailableException.lasting("m", null).reason()).isEqualTo(Reason.DOWN);
        assertThat(SigningUnavailableException.lasting("m", "c", null).reason()).isEqualTo(Reason.DOWN);
    }

    @ParameterizedTest
    @EnumSource(Reason.class)
    void anErrorKeepsItsReasonWhetherOrNotItPasses(Reason reason) {
        SigningUnavailableException passing = SigningUnavailableException.passing(reason, "m", SECOND, null);
        assertThat(passing.reason()).isEqualTo(reason);
        assertThat(passing.retryable()).isTrue();
        assertThat(passing.retryAfter()).contains(SECOND);
        SigningUnavailableException lasting = SigningUnavailableException.lasting(reason, "m", "for clients", null);
        assertThat(lasting.reason()).isEqualTo(reason);
        assertThat(lasting.retryable()).isFalse();
        assertThat(lasting.clientMessage()).isEqualTo("for clients");
    }

    @Test
    void loadAndLatenessAreNoFailureOfTheSigner() {
        assertThat(Arrays.stream(Reason.values()).filter(Reason::signerFailed))
                .containsExactly(Reason.DOWN, Reason.PIN_REJECTED, Reason.KEY_MISSING);
        assertThat(Arrays.stream(Reason.values()).map(Reason::text))
                .containsExactly("busy", "late", "down", "pin_rejected", "key_missing");
    }
}
