package io.github.hsmsigner.service.auth;

import io.github.hsmsigner.core.SigningPolicy;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import java.time.Clock;
import java.util.List;
import java.util.Objects;

/**
 * Makes policies from settings. Immutable and thread-safe.
 */
public final class PolicyFactory {

    private final Clock clock;

    /**
     * Makes a factory.
     *
     * @param clock what tokens are compared with that are valid for a time
     */
    public PolicyFactory(Clock clock) {
        this.clock = Objects.requireNonNull(clock, "clock");
    }

    /**
     * Makes the policy that the settings describe, with its files as they are now. Each policy starts its rate limits
     * again.
     *
     * @param settings who may sign, and what
     * @return the policy
     * @throws InvalidConfigurationException if a file cannot be read, or a secret or key cannot be used
     */
    public SigningPolicy policy(AccessSettings settings) {
        SigningPolicy withToken = restricted(settings, settings.policies());
        return settings.certificatesWithoutToken()
                ? new TokenlessCertificates(settings, withToken, connection(settings))
                : withToken;
    }

    /** Returns the policies over the connection, for requests that need no signing token; open if there are none. */
    private SigningPolicy connection(AccessSettings settings) {
        List<PolicySettings> policies = settings.policies().stream()
                .filter(policy -> !policy.needsSigningToken())
                .toList();
        return policies.stream().allMatch(OpenSettings.class::isInstance)
                ? SigningPolicy.open()
                : restricted(settings, policies);
    }

    private SigningPolicy restricted(AccessSettings settings, List<PolicySettings> policies) {
        SigningPolicy identification = policies.stream()
                .map(policy -> policy.policy(clock))
                .reduce(SigningPolicy::and)
                .orElseThrow();
        return new RestrictedPolicy(identification, settings.callers(), settings.others(), System::nanoTime);
    }
}
