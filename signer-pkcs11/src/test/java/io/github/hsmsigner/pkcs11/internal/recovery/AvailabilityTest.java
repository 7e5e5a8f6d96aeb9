package io.github.hsmsigner.pkcs11.internal.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hsmsigner.core.error.SigningUnavailableException.Reason;
import io.github.hsmsigner.pkcs11.health.RecoverySettings;
import io.github.hsmsigner.pkcs11.internal.scheduling.Scheduler;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AvailabilityTest {

    private final Scheduler scheduler = Scheduler.system();
    private final AtomicInteger suspicions = new AtomicInteger();
    private final Availability availability = new Availability(
            "Token", RecoverySettings.builder().failuresToOpen(100).build(), scheduler, new Availability.Listener() {
                @Override
                public void suspect() {
                    suspicions.incrementAndGet();
                }

                @Override
                public void opened(String reason) {}
            });

    private void fail() {
        availability.failed(new IllegalStateException("C_Sign failed"), true);
    }

    private void probeSucceeds() {
        availability.probeSucceeded(scheduler.nanoTime() + 1);
    }

    @Test
    void aFewFailuresAreNoProblemYet() {
        fail();
        fail();
        assertThat(suspicions).hasValue(0);
        fail();
        assertThat(suspicions).hasValue(1);
        assertThat(availability.problem()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5})
    void oneFailureAfterAnOutageIsAProblemHoweverManyProbesSucceeded(int probes) {
        availability.open(Reason.DOWN, "The device does not answer.", null);
        probeSucceeds();
        for (int i = 0; i < probes; i++) {
            assertThat(availability.problem()).isEmpty();
            fail();
            assertThat(availability.problem())
                    .hasValueSatisfying(reason -> assertThat(reason).contains("C_Sign failed"));
            assertThat(suspicions).hasValue(i + 1);
            probeSucceeds();
        }
    }

    @Test
    void aRequestThatSucceedsEndsTheProbation() {
        availability.open(Reason.DOWN, "The device does not answer.", null);
        probeSucceeds();
        availability.succeeded();
        fail();
        assertThat(availability.problem()).isEmpty();
        assertThat(suspicions).hasValue(0);
    }

    /** A call that hangs may have begun in the outage. A request that fails has not. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void oneFailureAfterAnOutageIsAProblemAlsoIfTheTokenIsSuspectAlready(boolean suspectFirst) {
        availability.open(Reason.DOWN, "The device does not answer.", null);
        probeSucceeds();
        if (suspectFirst) {
            availability.suspect("A call does not return.");
            assertThat(availability.problem()).isEmpty();
        }
        fail();
        assertThat(availability.problem())
                .hasValueSatisfying(reason -> assertThat(reason).contains("C_Sign failed"));
        assertThat(suspicions).hasValue(1);
    }

    @Test
    void aSuspicionOrOneFailureAloneIsNoProblemYet() {
        availability.suspect("A call does not return.");
        fail();
        assertThat(availability.problem()).isEmpty();
        assertThat(suspicions).hasValue(1);
    }
}
