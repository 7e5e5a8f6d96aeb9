package io.github.hsmsigner.service.server;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;

/**
 * Limits the lines of a log that any stranger can cause: ten lines a second. With the first event after a minute, a line
 * at WARN reports the number of omitted lines. Thread-safe; it starts no thread.
 */
final class LogRateLimiter {

    private static final int LINES_PER_SECOND = 10;
    private static final Duration SUMMARY_AFTER = Duration.ofMinutes(1);

    private final Logger log;
    private final String events;
    private final String summary;
    private final LongSupplier nanoTime;
    private boolean begun;
    private long second;
    private int linesInSecond;
    private long omitted;
    private long omittedSince;

    /** Creates a limiter with the key of the number of omitted lines, and a message with a placeholder for the limit. */
    LogRateLimiter(Logger log, String events, String summary, LongSupplier nanoTime) {
        this.log = log;
        this.events = events;
        this.summary = summary;
        this.nanoTime = nanoTime;
    }

    /** Counts an event, logs the summary if it is due, and returns whether the event gets a line. */
    boolean admit() {
        long now = nanoTime.getAsLong();
        long due = 0;
        long nanos = 0;
        boolean admitted;
        synchronized (this) {
            if (!begun || now - second >= TimeUnit.SECONDS.toNanos(1)) {
                begun = true;
                second = now;
                linesInSecond = 0;
            }
            if (omitted > 0 && now - omittedSince >= SUMMARY_AFTER.toNanos()) {
                due = omitted;
                nanos = now - omittedSince;
                omitted = 0;
            }
            admitted = linesInSecond < LINES_PER_SECOND;
            if (admitted) {
                linesInSecond++;
            } else if (omitted++ == 0) {
                omittedSince = now;
            }
        }
        if (due > 0) {
            log.atWarn()
                    .addKeyValue(events, due)
                    .addKeyValue("seconds", TimeUnit.NANOSECONDS.toSeconds(nanos))
                    .log(summary, LINES_PER_SECOND);
        }
        return admitted;
    }
}
