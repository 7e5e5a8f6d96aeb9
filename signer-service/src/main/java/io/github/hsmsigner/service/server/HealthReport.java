package io.github.hsmsigner.service.server;

/**
 * Reports the current health of the service. Thread-safe.
 */
@FunctionalInterface
public interface HealthReport {

    /**
     * Returns whether requests can be served, and warnings for the operator. Answers immediately from known facts,
     * because each probe calls it, even if the HSM hangs.
     *
     * @return the state of this moment
     */
    Health ready();
}
