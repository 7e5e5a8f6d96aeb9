package io.github.hsmsigner.access;

import io.github.hsmsigner.core.SigningPolicy;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Every caller that reaches the service may sign.
 *
 * @param acknowledged whether this is intended: the settings name the open policy, or only this machine can connect
 */
public record AllowAll(boolean acknowledged) implements PolicySettings {

    @Override
    public String kind() {
        return "open";
    }

    @Override
    public SigningPolicy policy(Clock clock) {
        return SigningPolicy.open();
    }

    @Override
    public boolean needsSigningToken() {
        return false;
    }

    @Override
    public Optional<Set<String>> knownCallers() {
        return Optional.of(Set.of());
    }

    @Override
    public List<String> warnings() {
        return acknowledged
                ? List.of()
                : List.of("No policy is set: every caller that reaches this service may sign. Set a policy, or set"
                        + " access: open (SIGNING_SERVICE_ACCESS_OPEN=true) if this is meant.");
    }
}
