package io.github.hsmsigner.benchmarks.soak;

import java.util.ArrayList;
import java.util.List;

/** The times in which requests may be refused, as they were declared before something was broken. Times are of {@link System#nanoTime}. */
final class Outages {

    private final List<long[]> all = new ArrayList<>();

    synchronized void begin() {
        all.add(new long[] {System.nanoTime(), Long.MAX_VALUE});
    }

    synchronized void end() {
        all.get(all.size() - 1)[1] = System.nanoTime();
    }

    /** Returns whether an outage overlaps with a period. */
    synchronized boolean overlap(long from, long to) {
        return all.stream().anyMatch(outage -> outage[0] <= to && from <= outage[1]);
    }

    synchronized int count() {
        return all.size();
    }

    /** Returns the time that they took together, in seconds; all must have ended. */
    synchronized double seconds() {
        return all.stream().mapToLong(outage -> outage[1] - outage[0]).sum() / 1e9;
    }
}
