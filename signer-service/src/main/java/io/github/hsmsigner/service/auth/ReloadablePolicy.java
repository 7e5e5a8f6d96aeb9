package io.github.hsmsigner.service.auth;

import io.github.hsmsigner.core.PolicyDecision;
import io.github.hsmsigner.core.SigningAttempt;
import io.github.hsmsigner.core.SigningPolicy;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import java.util.Objects;

/**
 * A policy that can be replaced while requests are served: as a whole, or not at all. Each request is decided by one
 * policy, the one in force when it is asked. Thread-safe.
 */
public final class ReloadablePolicy implements SigningPolicy {

    private final PolicyFactory factory;
    private volatile InForce inForce;

    /**
     * Makes the first policy.
     *
     * @param factory makes the policies
     * @param settings who may sign, and what
     * @throws InvalidConfigurationException if the settings do not make a policy
     */
    public ReloadablePolicy(PolicyFactory factory, AccessSettings settings) {
        this.factory = Objects.requireNonNull(factory, "factory");
        this.inForce = new InForce(settings, factory.policy(settings));
    }

    /**
     * Reloads the policy from the files of its settings.
     *
     * @throws InvalidConfigurationException if the files do not make a policy; the previous policy stays in force
     */
    public synchronized void reload() {
        reload(inForce.settings());
    }

    /**
     * Replaces the policy.
     *
     * @param settings who may sign from now on, and what
     * @throws InvalidConfigurationException if the settings do not make a policy; the one before stays in force
     */
    public synchronized void reload(AccessSettings settings) {
        inForce = new InForce(settings, factory.policy(settings));
    }

    /**
     * Returns the settings of the policy in force.
     *
     * @return the settings
     */
    public AccessSettings settings() {
        return inForce.settings();
    }

    @Override
    public PolicyDecision decide(SigningAttempt attempt) {
        return inForce.policy().decide(attempt);
    }

    private record InForce(AccessSettings settings, SigningPolicy policy) {}
}
