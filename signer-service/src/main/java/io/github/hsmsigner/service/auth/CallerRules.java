package io.github.hsmsigner.service.auth;

import io.github.hsmsigner.core.ContainerFormat;
import io.github.hsmsigner.core.DigestAlgorithm;
import io.github.hsmsigner.core.SigningAction;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The permissions of a caller. Immutable.
 *
 * <p>If {@link Builder#key(String)} is not set, a caller with one permitted key uses that key. The condition is that
 * neither the request nor the policy names another.
 */
public final class CallerRules {

    private final Set<SigningAction> actions;
    private final Set<String> keys;
    private final Set<DigestAlgorithm> digestAlgorithms;
    private final Set<ContainerFormat> formats;
    private final String key;
    private final RateLimit rate;

    private CallerRules(Builder builder) {
        this.actions = Set.copyOf(builder.actions == null ? defaultActions(builder) : builder.actions);
        this.keys = Set.copyOf(builder.keys);
        this.digestAlgorithms = orAll(builder.digestAlgorithms, DigestAlgorithm.class);
        this.formats = orAll(builder.formats, ContainerFormat.class);
        this.key = builder.key == null && keys.size() == 1 ? keys.iterator().next() : builder.key;
        this.rate = builder.rate;
        if (key != null && !keys.isEmpty() && !keys.contains(key)) {
            throw new InvalidConfigurationException("The key \"" + key
                    + "\" is to be used, but is none of those permitted: " + new TreeSet<>(keys) + ".");
        }
        if (actions.isEmpty() || digestAlgorithms.isEmpty() || formats.isEmpty()) {
            throw new InvalidConfigurationException(
                    "A caller that is permitted no action, no digest algorithm or no container format can do nothing;"
                            + " leave it out instead.");
        }
        if (builder.formats != null && !actions.contains(SigningAction.CONTAINER)) {
            throw new InvalidConfigurationException(
                    "Container formats have no effect for a caller whose actions do not include containers.");
        }
        if ((builder.digestAlgorithms != null || rate != null) && actions.equals(Set.of(SigningAction.CERTIFICATES))) {
            throw new InvalidConfigurationException(
                    "Digest algorithms and a rate have no effect for a caller whose only action is certificates.");
        }
    }

    /** A raw signature can be put into any container, so a restriction of containers excludes it. */
    private static Set<SigningAction> defaultActions(Builder builder) {
        return builder.formats == null
                ? EnumSet.allOf(SigningAction.class)
                : EnumSet.complementOf(EnumSet.of(SigningAction.RAW_SIGNATURE));
    }

    private static <E extends Enum<E>> Set<E> orAll(Set<E> permitted, Class<E> type) {
        return Set.copyOf(permitted == null ? EnumSet.allOf(type) : permitted);
    }

    /**
     * Starts rules that permit everything.
     *
     * @return a builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Rules that permit everything.
     *
     * @return the rules
     */
    public static CallerRules unrestricted() {
        return builder().build();
    }

    /**
     * Returns the actions that the caller may request.
     *
     * @return the actions; unmodifiable
     */
    public Set<SigningAction> actions() {
        return actions;
    }

    /**
     * Returns the keys that the caller may use.
     *
     * @return the names of the keys, empty for every key; unmodifiable
     */
    public Set<String> keys() {
        return keys;
    }

    /**
     * Returns the digest algorithms that the caller may use.
     *
     * @return the digest algorithms; unmodifiable
     */
    public Set<DigestAlgorithm> digestAlgorithms() {
        return digestAlgorithms;
    }

    /**
     * Returns the containers that the caller may ask for.
     *
     * @return the kinds of container; unmodifiable
     */
    public Set<ContainerFormat> formats() {
        return formats;
    }

    /**
     * Returns whether the caller may request a container. The permission for level B-B includes level B-T of the same
     * format, which is the same signature with an additional timestamp. Therefore a caller does not lose its access
     * when an operator configures a timestamp authority.
     *
     * @param format the kind of container
     * @return {@code true} if it may
     */
    public boolean permits(ContainerFormat format) {
        return formats.contains(format) || formats.contains(format.withoutTimestamp());
    }

    /**
     * Returns the key to use where neither the request nor the policy names one.
     *
     * @return the name of the key, or empty to leave the choice
     */
    public Optional<String> key() {
        return Optional.ofNullable(key);
    }

    /**
     * Returns how many signatures the caller may have.
     *
     * @return the limit, or empty for no limit
     */
    public Optional<RateLimit> rate() {
        return Optional.ofNullable(rate);
    }

    /** Returns the names of all keys that the rules speak of. */
    Set<String> keyNames() {
        Set<String> names = new HashSet<>(keys);
        key().ifPresent(names::add);
        return names;
    }

    /** Collects what a caller may do. Not thread-safe. */
    public static final class Builder {

        private Set<SigningAction> actions;
        private Set<String> keys = Set.of();
        private Set<DigestAlgorithm> digestAlgorithms;
        private Set<ContainerFormat> formats;
        private String key;
        private RateLimit rate;

        private Builder() {}

        /**
         * Sets what the caller may ask for. Default: everything; if {@link #formats(Set)} are set, everything but raw
         * signatures.
         *
         * @param permitted the actions
         * @return this builder
         */
        public Builder actions(Set<SigningAction> permitted) {
            this.actions = Objects.requireNonNull(permitted, "permitted");
            return this;
        }

        /**
         * Sets the keys that the caller may use. Default: every key.
         *
         * @param permitted the names of the keys; empty for every key
         * @return this builder
         */
        public Builder keys(Set<String> permitted) {
            this.keys = Objects.requireNonNull(permitted, "permitted");
            return this;
        }

        /**
         * Sets the digest algorithms that the caller may use. Default: all.
         *
         * @param permitted the digest algorithms
         * @return this builder
         */
        public Builder digestAlgorithms(Set<DigestAlgorithm> permitted) {
            this.digestAlgorithms = Objects.requireNonNull(permitted, "permitted");
            return this;
        }

        /**
         * Sets the containers that the caller may ask for. Default: all. If no {@link #actions(Set)} are set, this
         * excludes raw signatures, because every container can be built around a raw signature.
         *
         * @param permitted the kinds of container
         * @return this builder
         */
        public Builder formats(Set<ContainerFormat> permitted) {
            this.formats = Objects.requireNonNull(permitted, "permitted");
            return this;
        }

        /**
         * Sets the key to use where neither the request nor the policy names one.
         *
         * @param name the name of the key
         * @return this builder
         */
        public Builder key(String name) {
            this.key = Objects.requireNonNull(name, "name");
            return this;
        }

        /**
         * Limits the rate of the caller's signatures. Default: no limit.
         *
         * @param limit the limit
         * @return this builder
         */
        public Builder rate(RateLimit limit) {
            this.rate = Objects.requireNonNull(limit, "limit");
            return this;
        }

        /**
         * Builds the rules.
         *
         * @return the rules
         * @throws InvalidConfigurationException if they permit nothing, the key to use is not permitted, or a rule has
         *     no effect
         */
        public CallerRules build() {
            return new CallerRules(this);
        }
    }
}
