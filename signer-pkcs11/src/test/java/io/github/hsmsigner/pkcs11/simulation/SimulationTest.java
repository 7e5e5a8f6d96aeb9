package io.github.hsmsigner.pkcs11.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Runs {@code -Dsimulation.seeds} seeds from {@code -Dsimulation.first} on. */
class SimulationTest {

    private static final long SEEDS = Long.getLong("simulation.seeds", 500);
    private static final long FIRST = Long.getLong("simulation.first", 1);

    @Test
    void noSeedViolatesAnInvariant() throws Exception {
        Simulations all = Simulations.run(FIRST, SEEDS);
        assertThat(all.allHold()).as(all.report()).isTrue();
    }

    @Test
    void theSeedDecidesEverything() {
        for (long seed = 1; seed <= 5; seed++) {
            assertThat(Simulation.run(seed).hash())
                    .isEqualTo(Simulation.run(seed).hash());
        }
    }
}
