package io.github.hsmsigner.http.protocol;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Limits the lines of a log that any stranger can cause: ten lines a second. With the first event after a minute, a
 * summary reports the number of omitted lines. Thread-safe; it starts no thread.
 */
public final class LogRateLimiter {

    /** The maximum number of lines in a second. */
    public static final int LINES_PER_SECOND = 10;

    static final Duration SUMMARY_AFTER = Duration.ofMinutes(1);

    private final LongSupplier nanoTime;
    private final Summary summary;
    private boolean begun;
    private long second;
    private int linesInSecond;
    private long omitted;
    private long omittedSince;

    /**
     * Creates a limit.
     *
     * @param nanoTime the time, as of {@link System#nanoTime}
     * @param summary logs the number of omitted lines
     */
    public LogRateLimiter(LongSupplier nanoTime, Summary summary) {
        this.nanoTime = nanoTime;
        this.summary = summary;
    }

    /**
     * Counts an event, and logs the summary if it is due.
     *
     * @return whether the event gets a line
     */
    public boolean admit() {
        long now = nanoTime.getAsLong();
        long left = 0;
        long nanos = 0;
        boolean admitted;
        synchronized (this) {
            if (!begun || now - second >= TimeUnit.SECONDS.toNanos(1)) {
                begun = true;
                second = now;
                linesInSecond = 0;
            }
            if (omitted > 0 && now - omittedSince >= SUMMARY_AFTER.toNanos()) {
                left = omitted;
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
        if (left > 0) {
            summary.log(left, TimeUnit.NANOSECONDS.toSeconds(nanos));
        }
        return admitted;
    }

    /** Logs how many lines were omitted. */
    @FunctionalInterface
    public interface Summary {

        /**
         * Logs the number.
         *
         * @param omitted how many events have no line
         * @param seconds the time since the first of them
         */
        void log(long omitted, long seconds);
    }
}
