package io.github.hsmsigner.pkcs11.simulation;

import java.util.EnumMap;
import java.util.Map;

/**
 * The invariants that a simulation violated, each with the first violation and the events before it. For one thread at
 * a time.
 */
final class Violations {

    private final SimulatedScheduler scheduler;
    private final Map<Invariant, Violation> first = new EnumMap<>(Invariant.class);

    /**
     * The first violation of an invariant.
     *
     * @param message what happened
     * @param events the events before it
     */
    record Violation(String message, String events) {}

    Violations(SimulatedScheduler scheduler) {
        this.scheduler = scheduler;
    }

    void add(Invariant invariant, String message) {
        if (!scheduler.isStopped() && !first.containsKey(invariant)) {
            scheduler.event("VIOLATED: " + invariant.name() + ": " + message);
            String at = "At " + Scenario.seconds(scheduler.elapsed()) + ": " + message + ".";
            first.put(invariant, new Violation(at, scheduler.trace().toString()));
        }
    }

    /** The simulation could not run to its end. */
    void noProgress(String message) {
        first.put(Invariant.PROGRESS, new Violation(message, scheduler.trace().toString()));
    }

    void require(boolean condition, Invariant invariant, String otherwise) {
        if (!condition) {
            add(invariant, otherwise);
        }
    }

    Map<Invariant, Violation> all() {
        return first;
    }
}
