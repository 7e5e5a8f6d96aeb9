package io.github.hsmsigner.http.auth;

import io.github.hsmsigner.core.SigningPolicy;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import java.time.Clock;
import java.util.Objects;

/**
 * Makes policies from settings. Immutable, and safe for use by any number of threads at once.
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
     * Makes the policy that the settings describe, with its files as they are now. Rates begin anew with each policy.
     *
     * @param settings who may sign, and what
     * @return the policy
     * @throws InvalidConfigurationException if a file cannot be read, or a secret or key cannot be used
     */
    public SigningPolicy policy(AccessSettings settings) {
        SigningPolicy identification = settings.policies().stream()
                .map(this::identification)
                .reduce(SigningPolicy::and)
                .orElseThrow();
        return new RestrictedPolicy(identification, settings.callers(), settings.others(), System::nanoTime);
    }

    private SigningPolicy identification(PolicySettings settings) {
        if (settings instanceof SharedSecretSettings secrets) {
            return SharedSecretPolicy.of(secrets);
        }
        if (settings instanceof UserListSettings users) {
            return UserListPolicy.of(users);
        }
        if (settings instanceof JwtSettings jwt) {
            return JwtPolicy.of(jwt, clock);
        }
        if (settings instanceof ClientCertificateSettings certificates) {
            return new ClientCertificatePolicy(certificates);
        }
        return SigningPolicy.open();
    }
}
