package io.github.hsmsigner.core.revocation;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Keeps what was used last. Not safe for use by several threads.
 *
 * @param <K> what it is kept by
 * @param <V> what is kept
 */
final class LeastRecentlyUsed<K, V> extends LinkedHashMap<K, V> {

    private static final long serialVersionUID = 1L;

    private final int size;

    LeastRecentlyUsed(int size) {
        super(16, 0.75f, true);
        this.size = size;
    }

    @Override
    protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
        return size() > size;
    }
}
