package io.github.hsmsigner.service.server;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** Counts what went past each limit of the server. Thread-safe. */
final class LimitCounter {

    private final Map<ServerLimit, LongAdder> counts = new EnumMap<>(ServerLimit.class);

    LimitCounter() {
        for (ServerLimit limit : ServerLimit.values()) {
            counts.put(limit, new LongAdder());
        }
    }

    void increment(ServerLimit limit) {
        counts.get(limit).increment();
    }

    long sum(ServerLimit limit) {
        return counts.get(limit).sum();
    }
}
