package io.github.hsmsigner.access;

import io.github.hsmsigner.core.ContainerFormat;
import io.github.hsmsigner.core.DigestAlgorithm;
import io.github.hsmsigner.core.SigningAction;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * The permissions of a caller. Immutable.
 *
 * @param actions the permitted actions
 * @param keys the names of the permitted keys; empty permits every key
 * @param digestAlgorithms the permitted digest algorithms
 * @param formats the permitted container formats; see {@link #permits}
 * @param key the key to use if neither the request nor the policy names one; empty if there is none. A caller with one
 *     permitted key uses that key
 * @param rate the maximum number of signatures in a time, for each caller; empty for no maximum
 */
public record CallerPermissions(
        Set<SigningAction> actions,
        Set<String> keys,
        Set<DigestAlgorithm> digestAlgorithms,
        Set<ContainerFormat> formats,
        Optional<String> key,
        Optional<RateLimit> rate) {

    /**
     * {@return permissions in which an empty {@code Optional} permits all} Exception: formats without actions exclude raw
     * signatures, because every container can be built around a raw signature.
     *
     * @param actions the permitted actions
     * @param keys the names of the permitted keys
     * @param digestAlgorithms the permitted digest algorithms
     * @param formats the permitted container formats
     * @param key the key to use if neither the request nor the policy names one
     * @param rate the maximum number of signatures in a time, for each caller
     * @throws InvalidConfigurationException if they permit nothing, the key to use is not permitted, or one of them has
     *     no effect
     */
    public static CallerPermissions of(
            Optional<Set<SigningAction>> actions,
            Optional<Set<String>> keys,
            Optional<Set<DigestAlgorithm>> digestAlgorithms,
            Optional<Set<ContainerFormat>> formats,
            Optional<String> key,
            Optional<RateLimit> rate) {
        Set<SigningAction> defaultActions = formats.isPresent()
                ? EnumSet.complementOf(EnumSet.of(SigningAction.RAW_SIGNATURE))
                : EnumSet.allOf(SigningAction.class);
        Set<String> permittedKeys = Set.copyOf(keys.orElse(Set.of()));
        CallerPermissions permissions = new CallerPermissions(
                Set.copyOf(actions.orElse(defaultActions)),
                permittedKeys,
                Set.copyOf(digestAlgorithms.orElse(EnumSet.allOf(DigestAlgorithm.class))),
                Set.copyOf(formats.orElse(EnumSet.allOf(ContainerFormat.class))),
                key.or(() -> permittedKeys.size() == 1 ? permittedKeys.stream().findFirst() : Optional.empty()),
                rate);
        if (Stream.of(actions, keys, digestAlgorithms, formats)
                .flatMap(Optional::stream)
                .anyMatch(Set::isEmpty)) {
            throw new InvalidConfigurationException(
                    "A caller that is permitted no action, no key, no digest algorithm or no container format can do"
                            + " nothing. Leave the caller out, or leave the empty list out to permit all.");
        }
        if (keys.isPresent() && key.isPresent() && !permittedKeys.contains(key.get())) {
            throw new InvalidConfigurationException("The key \"" + key.get()
                    + "\" is to be used, but is none of those permitted: " + new TreeSet<>(permittedKeys) + ".");
        }
        if (formats.isPresent() && !permissions.actions.contains(SigningAction.CONTAINER)) {
            throw new InvalidConfigurationException(
                    "Container formats have no effect for a caller whose actions do not include containers.");
        }
        if ((digestAlgorithms.isPresent() || rate.isPresent())
                && permissions.actions.equals(Set.of(SigningAction.CERTIFICATES))) {
            throw new InvalidConfigurationException(
                    "Digest algorithms and a rate have no effect for a caller whose only action is certificates.");
        }
        return permissions;
    }

    /** {@return permissions for everything} */
    public static CallerPermissions unrestricted() {
        return of(
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    /**
     * {@return whether the caller may request a container} The permission for level B-B includes level B-T of the same
     * format, which is the same signature with an additional timestamp. Therefore a caller does not lose its access
     * when an operator configures a timestamp authority.
     *
     * @param format the format of the container
     */
    public boolean permits(ContainerFormat format) {
        return formats.contains(format) || formats.contains(format.withoutTimestamp());
    }

    /** Returns the names of all keys in the permissions. */
    Set<String> keyNames() {
        Set<String> names = new HashSet<>(keys);
        key.ifPresent(names::add);
        return names;
    }
}
