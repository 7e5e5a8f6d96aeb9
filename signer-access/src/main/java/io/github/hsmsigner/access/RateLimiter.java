package io.github.hsmsigner.access;

import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/** A token bucket for each caller, stored as the time when it will be full again. Thread-safe. */
final class RateLimiter {

    /** Beyond this limit, callers with a full bucket are forgotten, because a new bucket is full too. */
    static final int REMEMBERED_CALLERS = 10_000;

    /** If too many buckets are not full, the fullest are forgotten. Fewer than the limit, so that this is rare. */
    static final int KEPT_CALLERS = 7_500;

    private final long nanosForOne;
    private final long nanosForAll;
    private final LongSupplier nanoTime;
    private final Map<String, Long> fullAt = new HashMap<>();

    RateLimiter(RateLimit limit, LongSupplier nanoTime) {
        this.nanosForOne = limit.period().toNanos() / limit.signatures();
        this.nanosForAll = nanosForOne * limit.signatures();
        this.nanoTime = nanoTime;
    }

    /** Takes a permit out of a caller's bucket, or returns the time until one is available. */
    synchronized Optional<Duration> take(String caller) {
        long now = nanoTime.getAsLong();
        Long before = fullAt.get(caller);
        long missing = before == null ? 0 : Math.max(0, before - now);
        long wait = missing + nanosForOne - nanosForAll;
        if (wait > 0) {
            return Optional.of(Duration.ofNanos(wait));
        }
        fullAt.put(caller, now + missing + nanosForOne);
        if (fullAt.size() > REMEMBERED_CALLERS) {
            forget(now);
        }
        return Optional.empty();
    }

    private void forget(long now) {
        fullAt.values().removeIf(full -> full - now <= 0);
        int surplus = fullAt.size() - KEPT_CALLERS;
        if (surplus > 0) {
            List<String> fullest = fullAt.entrySet().stream()
                    .sorted(Comparator.comparingLong(bucket -> bucket.getValue() - now))
                    .limit(surplus)
                    .map(Map.Entry::getKey)
                    .toList();
            fullest.forEach(fullAt::remove);
        }
    }

    /** Puts one back into a caller's bucket, after {@link #take} took it. */
    synchronized void giveBack(String caller) {
        fullAt.computeIfPresent(caller, (name, full) -> full - nanosForOne);
    }

    synchronized int rememberedCallers() {
        return fullAt.size();
    }
}
