package io.github.hsmsigner.access;

import io.github.hsmsigner.core.SigningPolicy;
import java.time.Clock;
import java.util.List;
import java.util.Objects;

/** Makes policies from settings. Immutable and thread-safe. */
public final class PolicyFactory {

    private final Clock clock;

    /**
     * Makes a factory.
     *
     * @param clock the time that JSON Web Tokens are checked against
     */
    public PolicyFactory(Clock clock) {
        this.clock = Objects.requireNonNull(clock, "clock");
    }

    /**
     * {@return the policy of the settings, with its files as they are now} Each policy starts its rate limits again.
     *
     * @param settings the access settings
     * @throws io.github.hsmsigner.core.error.InvalidConfigurationException if a file cannot be read, or a secret or key
     *     cannot be used
     */
    public SigningPolicy policy(AccessSettings settings) {
        SigningPolicy withToken = authorization(settings, settings.policies());
        return settings.certificatesWithoutToken()
                ? new TokenlessCertificates(settings, withToken, connection(settings))
                : withToken;
    }

    /** Returns the policy over the connection, for requests without a signing token; open if no setting has one. */
    private SigningPolicy connection(AccessSettings settings) {
        List<PolicySettings> policies = settings.policies().stream()
                .filter(policy -> !policy.needsSigningToken())
                .toList();
        return policies.stream().allMatch(AllowAll.class::isInstance)
                ? SigningPolicy.open()
                : authorization(settings, policies);
    }

    private SigningPolicy authorization(AccessSettings settings, List<PolicySettings> policies) {
        SigningPolicy authentication = policies.stream()
                .map(policy -> policy.policy(clock))
                .reduce(SigningPolicy::and)
                .orElseThrow();
        return new AuthorizationPolicy(authentication, settings.callers(), settings.others(), System::nanoTime);
    }
}
