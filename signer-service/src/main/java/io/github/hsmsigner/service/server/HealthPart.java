package io.github.hsmsigner.service.server;

import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * The state of a part of the service, such as a token or a key. Immutable.
 *
 * @param kind what it is, such as {@code token} or {@code key}
 * @param name its name in the configuration
 * @param state its state in one word, such as {@code ready}
 * @param details more about it, texts by name; in the order of the names
 */
public record HealthPart(String kind, String name, String state, Map<String, String> details) {

    /**
     * Checks the parts and copies the details.
     *
     * @param kind what it is
     * @param name its name in the configuration
     * @param state its state in one word
     * @param details more about it
     */
    public HealthPart {
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(state, "state");
        details = Collections.unmodifiableMap(new TreeMap<>(details));
    }
}
