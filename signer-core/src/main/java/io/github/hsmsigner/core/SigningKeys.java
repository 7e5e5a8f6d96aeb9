package io.github.hsmsigner.core;

import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.core.error.SigningUnavailableException;
import io.github.hsmsigner.core.error.UnknownKeyException;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;

/**
 * The keys that a service signs with, by name. Immutable.
 */
public final class SigningKeys {

    private final Map<String, SigningKey> byName;
    private final Map<String, Supplier<SigningUnavailableException>> outOfReach;

    private SigningKeys(Map<String, SigningKey> byName, Map<String, Supplier<SigningUnavailableException>> outOfReach) {
        this.byName = byName;
        this.outOfReach = outOfReach;
    }

    /**
     * Gathers keys.
     *
     * @param keys the keys; at least one, names distinct
     * @return the keys by name
     * @throws InvalidConfigurationException if there is none, or two share a name
     */
    public static SigningKeys of(Collection<SigningKey> keys) {
        return of(keys, Map.of());
    }

    /**
     * Gathers keys, some of which are not reachable yet. A request for an unreachable key gets its own error, not that
     * the key is unknown, and no other key replaces it.
     *
     * @param keys the keys that can be used
     * @param outOfReach for each name of an unreachable key, the source of the error that a request for it gets;
     *     thread-safe
     * @return the keys by name
     * @throws InvalidConfigurationException if there is no key at all, or two share a name
     */
    public static SigningKeys of(
            Collection<SigningKey> keys, Map<String, Supplier<SigningUnavailableException>> outOfReach) {
        Map<String, SigningKey> byName = new LinkedHashMap<>();
        for (SigningKey key : keys) {
            if (byName.put(key.name(), key) != null || outOfReach.containsKey(key.name())) {
                throw new InvalidConfigurationException("Two keys have the name \"" + key.name() + "\".");
            }
        }
        if (byName.isEmpty() && outOfReach.isEmpty()) {
            throw new InvalidConfigurationException("No key is configured.");
        }
        return new SigningKeys(Collections.unmodifiableMap(byName), Map.copyOf(outOfReach));
    }

    /**
     * Returns a collection with one key.
     *
     * @param key the only key
     * @return the keys
     */
    public static SigningKeys of(SigningKey key) {
        return of(List.of(key));
    }

    /**
     * Returns the key of that name.
     *
     * @param name the name
     * @return the key
     * @throws UnknownKeyException if there is none; the message lists the names there are
     * @throws SigningUnavailableException if it could not be reached yet
     */
    public SigningKey named(String name) {
        SigningKey key = byName.get(name);
        if (key != null) {
            return key;
        }
        Supplier<SigningUnavailableException> reason = outOfReach.get(name);
        if (reason != null) {
            throw reason.get();
        }
        throw new UnknownKeyException(
                "There is no signing key of that name; there are " + names() + ".",
                "There is no signing key of that name.",
                null);
    }

    /**
     * Returns the only key.
     *
     * @return the key
     * @throws UnknownKeyException if there are several; the message lists their names
     * @throws SigningUnavailableException if it could not be reached yet
     */
    public SigningKey only() {
        return only(Optional.empty());
    }

    /** Returns the only key. If there are several, the error names the reason why none was chosen, if there is one. */
    SigningKey only(Optional<String> whyNoneIsChosen) {
        Set<String> names = names();
        if (names.size() > 1) {
            String notChosen = ", and neither the request nor the policy chooses one.";
            throw whyNoneIsChosen
                    .map(UnknownKeyException::new)
                    .orElseGet(() -> new UnknownKeyException(
                            "There are several signing keys, " + names + notChosen,
                            "There are several signing keys" + notChosen,
                            null));
        }
        return named(names.iterator().next());
    }

    /** Returns the names of all keys, including unreachable ones. */
    Set<String> names() {
        if (outOfReach.isEmpty()) {
            return byName.keySet();
        }
        Set<String> names = new TreeSet<>(byName.keySet());
        names.addAll(outOfReach.keySet());
        return names;
    }

    /**
     * Returns the key of that name, or the only key if there is no name. Empty if there is no such key, or it is not
     * reachable.
     */
    Optional<SigningKey> find(Optional<String> name) {
        return name.isEmpty() && byName.size() == 1 && outOfReach.isEmpty()
                ? Optional.of(only())
                : name.map(byName::get);
    }

    /**
     * Returns all keys that can be used.
     *
     * @return the keys in the order they were given; unmodifiable
     */
    public Collection<SigningKey> all() {
        return byName.values();
    }
}
