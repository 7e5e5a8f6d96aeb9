package io.github.hsmsigner.access;

import io.github.hsmsigner.core.PolicyDecision;
import io.github.hsmsigner.core.SigningAttempt;
import io.github.hsmsigner.core.SigningPolicy;
import java.util.Objects;

/**
 * A policy that can be replaced as a whole while requests are served. One policy decides about a request. Thread-safe.
 */
public final class ReloadablePolicy implements SigningPolicy {

    private final PolicyFactory factory;
    private volatile Current current;

    /**
     * Makes the first policy.
     *
     * @param factory makes each policy
     * @param settings the access settings
     * @throws io.github.hsmsigner.core.error.InvalidConfigurationException if the settings do not make a policy
     */
    public ReloadablePolicy(PolicyFactory factory, AccessSettings settings) {
        this.factory = Objects.requireNonNull(factory, "factory");
        reload(settings);
    }

    /**
     * Reloads the policy from the files of its settings, as {@link #reload(AccessSettings)} does.
     *
     * @throws io.github.hsmsigner.core.error.InvalidConfigurationException if the settings do not make a policy; the
     *     previous policy stays in use
     */
    public synchronized void reload() {
        reload(settings());
    }

    /**
     * Replaces the policy.
     *
     * @param settings the access settings
     * @throws io.github.hsmsigner.core.error.InvalidConfigurationException if the settings do not make a policy; the
     *     previous policy stays in use
     */
    public synchronized void reload(AccessSettings settings) {
        current = new Current(settings, factory.policy(settings));
    }

    /** {@return the settings of the policy in use} */
    public AccessSettings settings() {
        return current.settings();
    }

    @Override
    public PolicyDecision decide(SigningAttempt attempt) {
        return current.policy().decide(attempt);
    }

    private record Current(AccessSettings settings, SigningPolicy policy) {}
}
