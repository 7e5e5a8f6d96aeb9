package io.github.hsmsigner.pkcs11.simulation;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import java.util.stream.Collectors;

/** The last events of a simulation, and a hash of all of them. For one thread at a time. */
final class Trace {

    static final int USUALLY_KEPT = 60;
    private static final int LONGEST_TEXT = 200;

    private static final long MULTIPLIER = 0x5851F42D4C957F2DL;

    private final int kept;
    private final Deque<Event> events = new ArrayDeque<>();
    private long hash;

    /** An empty trace that keeps so many events. */
    Trace(int kept) {
        this.kept = kept;
    }

    private record Event(long nanos, String task, String text, int times) {

        boolean isRepeated(long now, String by, String again) {
            return nanos == now && task.equals(by) && text.equals(again);
        }

        @Override
        public String toString() {
            String shown = text.length() > LONGEST_TEXT ? text.substring(0, LONGEST_TEXT) + " ..." : text;
            return String.format(
                    Locale.ROOT,
                    "%12.6f s  %-12s %s%s",
                    nanos / 1e9,
                    task,
                    shown,
                    times > 1 ? ", " + times + " times" : "");
        }
    }

    void add(long nanos, String task, String text) {
        Event last = events.peekLast();
        if (last != null && last.isRepeated(nanos, task, text)) {
            events.removeLast();
            events.addLast(new Event(nanos, task, text, last.times() + 1));
        } else {
            if (events.size() == kept) {
                events.removeFirst();
            }
            events.addLast(new Event(nanos, task, text, 1));
        }
        mix(nanos);
        mix(text.hashCode());
    }

    /** Makes the hash depend on a number, without an event. */
    void mix(long number) {
        hash = (hash ^ number) * MULTIPLIER + (hash >>> 32);
    }

    long hash() {
        return hash;
    }

    @Override
    public String toString() {
        return events.stream().map(Event::toString).collect(Collectors.joining("\n"));
    }
}
