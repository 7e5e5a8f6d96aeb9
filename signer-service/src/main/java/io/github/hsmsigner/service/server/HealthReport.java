package io.github.hsmsigner.service.server;

/**
 * Reports the current health of the service. Thread-safe.
 */
@FunctionalInterface
public interface HealthReport {

    /**
     * Returns whether requests can be served, and what an operator should know. Answers from what is known already, at
     * once: it is asked for each probe, whatever the HSM does.
     *
     * @return the state of this moment
     */
    Health ready();
}
