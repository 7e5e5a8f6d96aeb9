package io.github.hsmsigner.core;

import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.core.error.UnknownKeyException;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The keys that a service signs with, by name. Immutable.
 */
public final class SigningKeys {

    private final Map<String, SigningKey> byName;

    private SigningKeys(Map<String, SigningKey> byName) {
        this.byName = byName;
    }

    /**
     * Gathers keys.
     *
     * @param keys the keys; at least one, names distinct
     * @return the keys by name
     * @throws InvalidConfigurationException if there is none, or two share a name
     */
    public static SigningKeys of(Collection<SigningKey> keys) {
        Map<String, SigningKey> byName = new LinkedHashMap<>();
        for (SigningKey key : keys) {
            if (byName.put(key.name(), key) != null) {
                throw new InvalidConfigurationException("Two keys have the name \"" + key.name() + "\".");
            }
        }
        if (byName.isEmpty()) {
            throw new InvalidConfigurationException("No key is configured.");
        }
        return new SigningKeys(Collections.unmodifiableMap(byName));
    }

    /**
     * A collection of one.
     *
     * @param key the only key
     * @return the keys
     */
    public static SigningKeys of(SigningKey key) {
        return of(List.of(key));
    }

    /**
     * The key of that name.
     *
     * @param name the name
     * @return the key
     * @throws UnknownKeyException if there is none; the message lists the names there are
     */
    public SigningKey named(String name) {
        SigningKey key = byName.get(name);
        if (key == null) {
            throw new UnknownKeyException("There is no signing key of that name; there are " + byName.keySet() + ".");
        }
        return key;
    }

    /**
     * The only key.
     *
     * @return the key
     * @throws UnknownKeyException if there are several; the message lists their names
     */
    public SigningKey only() {
        if (byName.size() > 1) {
            throw new UnknownKeyException(
                    "The request must name a signing key, as there are several: " + byName.keySet() + ".");
        }
        return byName.values().iterator().next();
    }

    /** The key of that name, or without a name the only key; empty where there is no such key. */
    Optional<SigningKey> find(Optional<String> name) {
        return name.isEmpty() && byName.size() == 1 ? Optional.of(only()) : name.map(byName::get);
    }

    /**
     * All keys.
     *
     * @return the keys in the order they were given; unmodifiable
     */
    public Collection<SigningKey> all() {
        return byName.values();
    }
}
