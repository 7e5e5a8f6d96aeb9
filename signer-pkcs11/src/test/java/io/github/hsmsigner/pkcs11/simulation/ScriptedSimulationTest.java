package io.github.hsmsigner.pkcs11.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hsmsigner.pkcs11.internal.cryptoki.ReturnValue;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Scripts that are written by hand, each in many orders of threads. The invariants hold, too. */
class ScriptedSimulationTest {

    private static final Duration BEGIN = Duration.ofSeconds(2);
    private static final Duration END = Duration.ofSeconds(22);
    private static final Scenario.Event SESSIONS_LOST =
            Scenario.event(BEGIN, "all sessions are closed", ModelToken::loseSessions);
    private static final int ORDERS = 10;

    private static List<Simulation.Result> run(List<Fault> faults, List<Scenario.Event> events) {
        return run(Optional.empty(), faults, events);
    }

    private static List<Simulation.Result> run(
            Optional<String> loginForEach, List<Fault> faults, List<Scenario.Event> events) {
        List<Simulation.Result> results = LongStream.rangeClosed(1, ORDERS)
                .mapToObj(seed -> Simulation.run(
                        seed,
                        new Scenario(seed, List.of("key-1", "key-2"), loginForEach, faults, events),
                        Trace.USUALLY_KEPT))
                .toList();
        assertThat(results).allSatisfy(result -> assertThat(result.violations()).isEmpty());
        return results;
    }

    private static int most(List<Simulation.Result> results, String function) {
        return results.stream()
                .mapToInt(result -> result.calls().getOrDefault(function, 0))
                .max()
                .orElseThrow();
    }

    /** A probe comes 250 ms to 500 ms after the one before. */
    @Test
    void aProbeInitialisesTheModuleOnceAlthoughItStaysUninitialised() {
        Fault fault = Scenario.answering(BEGIN, END, Set.of("C_Login"), 1, ReturnValue.CRYPTOKI_NOT_INITIALIZED);
        assertThat(most(run(List.of(fault), List.of(SESSIONS_LOST)), "C_Initialize"))
                .isBetween(25, 45);
    }

    /** C_Initialize waits until no call is in the module. */
    @ParameterizedTest
    @ValueSource(strings = {"key-1", "key-2"})
    void aPinSourceThatDoesNotReturnIsNoHangingCallAndDoesNotHoldTheModule(String loginForEach) {
        Duration slow = Duration.ofSeconds(8);
        List<Simulation.Result> results = run(
                Optional.of(loginForEach),
                List.of(Fault.of(Scenario.Kind.SLOW_PIN_SOURCE, slow, slow.plusSeconds(14), "the PIN source is slow")),
                List.of());
        assertThat(results).allSatisfy(result -> assertThat(result.calls()).containsEntry("C_Initialize", 1));
    }

    /** Each success of a probe ends the outage, and the next failures begin another one. */
    @ParameterizedTest
    @EnumSource(names = {"DEVICE_ERROR", "GENERAL_ERROR", "TOKEN_NOT_PRESENT"})
    void aDeviceThatSignsNowAndThenIsNotLoggedInToForEachOutage(ReturnValue error) {
        Fault fault = Scenario.answering(BEGIN, END, Set.of("C_SignInit"), 0.8, error);
        assertThat(most(run(List.of(fault), List.of()), "C_Login")).isBetween(4, 16);
    }

    /** The token works again when one key signs. Another key that failed alone must not wait for its next probe. */
    @Test
    void eachKeySignsOneSecondAfterAnOutageThatBeganWithOneKey() {
        Duration outage = BEGIN.plusSeconds(4);
        Duration end = outage.plusSeconds(2);
        run(
                List.of(
                        Scenario.answering(BEGIN, end, Set.of("C_SignInit of key-1"), 1, ReturnValue.DEVICE_ERROR),
                        Scenario.answering(outage, end, Set.of("C_SignInit"), 1, ReturnValue.DEVICE_ERROR)),
                List.of(Scenario.event(end, "the module forgets its initialisation", ModelToken::forget)));
    }
}
