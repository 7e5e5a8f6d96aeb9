package io.github.hsmsigner.access;

import io.github.hsmsigner.core.ContainerFormat;
import io.github.hsmsigner.core.DigestAlgorithm;
import io.github.hsmsigner.core.SigningAction;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** The permissions of a caller. Immutable. */
public final class CallerPermissions {

    private final Set<SigningAction> actions;
    private final Set<String> keys;
    private final Set<DigestAlgorithm> digestAlgorithms;
    private final Set<ContainerFormat> formats;
    private final Optional<String> key;
    private final Optional<RateLimit> rate;

    private CallerPermissions(Builder builder) {
        Set<SigningAction> defaultActions = builder.formats.isPresent()
                ? EnumSet.complementOf(EnumSet.of(SigningAction.RAW_SIGNATURE))
                : EnumSet.allOf(SigningAction.class);
        this.actions = Set.copyOf(builder.actions.orElse(defaultActions));
        this.keys = builder.keys.orElse(Set.of());
        this.digestAlgorithms = Set.copyOf(builder.digestAlgorithms.orElse(EnumSet.allOf(DigestAlgorithm.class)));
        this.formats = Set.copyOf(builder.formats.orElse(EnumSet.allOf(ContainerFormat.class)));
        this.key = builder.key.or(() -> keys.size() == 1 ? keys.stream().findFirst() : Optional.empty());
        this.rate = builder.rate;
    }

    /** {@return a builder of permissions for everything} */
    public static Builder builder() {
        return new Builder();
    }

    /** {@return permissions for everything} */
    public static CallerPermissions unrestricted() {
        return builder().build();
    }

    /** {@return the permitted actions; unmodifiable} */
    public Set<SigningAction> actions() {
        return actions;
    }

    /** {@return the names of the permitted keys; empty permits every key; unmodifiable} */
    public Set<String> keys() {
        return keys;
    }

    /** {@return the permitted digest algorithms; unmodifiable} */
    public Set<DigestAlgorithm> digestAlgorithms() {
        return digestAlgorithms;
    }

    /** {@return the permitted container formats; unmodifiable; see {@link #permits}} */
    public Set<ContainerFormat> formats() {
        return formats;
    }

    /**
     * {@return the key to use if neither the request nor the policy names one; empty if there is none} A caller with one
     * permitted key uses that key.
     */
    public Optional<String> key() {
        return key;
    }

    /** {@return the maximum number of signatures in a time, for each caller; empty for no maximum} */
    public Optional<RateLimit> rate() {
        return rate;
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

    private List<Object> values() {
        return List.of(actions, keys, digestAlgorithms, formats, key, rate);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof CallerPermissions that && values().equals(that.values());
    }

    @Override
    public int hashCode() {
        return values().hashCode();
    }

    @Override
    public String toString() {
        return "CallerPermissions" + values();
    }

    /** Builds permissions. A value that is not set permits all. Not thread-safe. */
    public static final class Builder {

        private Optional<Set<SigningAction>> actions = Optional.empty();
        private Optional<Set<String>> keys = Optional.empty();
        private Optional<Set<DigestAlgorithm>> digestAlgorithms = Optional.empty();
        private Optional<Set<ContainerFormat>> formats = Optional.empty();
        private Optional<String> key = Optional.empty();
        private Optional<RateLimit> rate = Optional.empty();

        private Builder() {}

        /**
         * Sets the permitted actions. Default: all. If formats are set, the default excludes raw signatures, because
         * every container can be built around a raw signature.
         *
         * @param permitted the actions
         * @return this builder
         */
        public Builder actions(Set<SigningAction> permitted) {
            this.actions = Optional.of(Set.copyOf(permitted));
            return this;
        }

        /**
         * Sets the permitted keys.
         *
         * @param permitted the names of the keys
         * @return this builder
         */
        public Builder keys(Set<String> permitted) {
            this.keys = Optional.of(Set.copyOf(permitted));
            return this;
        }

        /**
         * Sets the permitted digest algorithms.
         *
         * @param permitted the algorithms
         * @return this builder
         */
        public Builder digestAlgorithms(Set<DigestAlgorithm> permitted) {
            this.digestAlgorithms = Optional.of(Set.copyOf(permitted));
            return this;
        }

        /**
         * Sets the permitted container formats.
         *
         * @param permitted the formats
         * @return this builder
         */
        public Builder formats(Set<ContainerFormat> permitted) {
            this.formats = Optional.of(Set.copyOf(permitted));
            return this;
        }

        /**
         * Sets the key to use if neither the request nor the policy names one. Default: the only permitted key.
         *
         * @param name the name of the key
         * @return this builder
         */
        public Builder key(String name) {
            this.key = Optional.of(name);
            return this;
        }

        /**
         * Sets the maximum number of signatures in a time, for each caller. Default: no maximum.
         *
         * @param maximum the maximum
         * @return this builder
         */
        public Builder rate(RateLimit maximum) {
            this.rate = Optional.of(maximum);
            return this;
        }

        /**
         * Builds the permissions.
         *
         * @return the permissions
         * @throws InvalidConfigurationException if they permit nothing, the key to use is not permitted, or one of them
         *     has no effect
         */
        public CallerPermissions build() {
            CallerPermissions permissions = new CallerPermissions(this);
            if (Stream.of(actions, keys, digestAlgorithms, formats)
                    .flatMap(Optional::stream)
                    .anyMatch(Set::isEmpty)) {
                throw new InvalidConfigurationException(
                        "A caller that is permitted no action, no key, no digest algorithm or no container format can do"
                                + " nothing. Leave the caller out, or leave the empty list out to permit all.");
            }
            if (keys.isPresent() && key.isPresent() && !permissions.keys.contains(key.get())) {
                throw new InvalidConfigurationException("The key \"" + key.get()
                        + "\" is to be used, but is none of those permitted: " + new TreeSet<>(permissions.keys) + ".");
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
    }
}
