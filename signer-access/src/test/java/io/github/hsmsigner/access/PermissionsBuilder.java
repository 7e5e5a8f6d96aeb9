package io.github.hsmsigner.access;

import io.github.hsmsigner.core.ContainerFormat;
import io.github.hsmsigner.core.DigestAlgorithm;
import io.github.hsmsigner.core.SigningAction;
import java.util.Optional;
import java.util.Set;

/** Permissions of which a test names only some; the others permit everything. */
public final class PermissionsBuilder {

    private Optional<Set<SigningAction>> actions = Optional.empty();
    private Optional<Set<String>> keys = Optional.empty();
    private Optional<Set<DigestAlgorithm>> digestAlgorithms = Optional.empty();
    private Optional<Set<ContainerFormat>> formats = Optional.empty();
    private Optional<String> key = Optional.empty();
    private Optional<RateLimit> rate = Optional.empty();

    public static PermissionsBuilder permissions() {
        return new PermissionsBuilder();
    }

    public PermissionsBuilder actions(Set<SigningAction> permitted) {
        this.actions = Optional.of(permitted);
        return this;
    }

    public PermissionsBuilder keys(Set<String> permitted) {
        this.keys = Optional.of(permitted);
        return this;
    }

    public PermissionsBuilder digestAlgorithms(Set<DigestAlgorithm> permitted) {
        this.digestAlgorithms = Optional.of(permitted);
        return this;
    }

    public PermissionsBuilder formats(Set<ContainerFormat> permitted) {
        this.formats = Optional.of(permitted);
        return this;
    }

    public PermissionsBuilder key(String name) {
        this.key = Optional.of(name);
        return this;
    }

    public PermissionsBuilder rate(RateLimit limit) {
        this.rate = Optional.of(limit);
        return this;
    }

    public CallerPermissions build() {
        return CallerPermissions.of(actions, keys, digestAlgorithms, formats, key, rate);
    }
}
