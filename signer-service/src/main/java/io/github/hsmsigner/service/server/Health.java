package io.github.hsmsigner.service.server;

import java.util.List;

/**
 * The health of the service at one moment, as {@code /health/ready} reports it to operators. Every caller of the health
 * checks can read the texts. They never hold a secret. Immutable.
 *
 * @param ready whether requests can be served
 * @param reasons why requests cannot be served, one sentence each; empty if they can
 * @param warnings what works but needs a change, one sentence each, such as a policy that lets every caller sign
 * @param parts the state of each token and each key
 */
public record Health(boolean ready, List<String> reasons, List<String> warnings, List<HealthPart> parts) {

    /**
     * Copies the lists.
     *
     * @param ready whether requests can be served
     * @param reasons why they cannot
     * @param warnings what should not stay as it is
     * @param parts the state of each token and each key
     */
    public Health {
        reasons = List.copyOf(reasons);
        warnings = List.copyOf(warnings);
        parts = List.copyOf(parts);
    }

    /**
     * Returns the health of a service that can serve requests and has no warnings.
     *
     * @return the health
     */
    public static Health good() {
        return new Health(true, List.of(), List.of(), List.of());
    }

    /**
     * Returns the health of a service that cannot serve requests.
     *
     * @param reason why, as one sentence
     * @return the health
     */
    public static Health notReady(String reason) {
        return new Health(false, List.of(reason), List.of(), List.of());
    }
}
