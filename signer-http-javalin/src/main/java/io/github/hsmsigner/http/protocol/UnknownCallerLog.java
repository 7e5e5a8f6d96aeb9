package io.github.hsmsigner.http.protocol;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Limits the lines about requests that anybody can send as often as he likes: without a known caller, and refused for reasons that are
 * the client's or for certificates only. Thread-safe.
 *
 * <p>Lines are written by the threads that serve requests. So the number of those left out is logged with the first such request after
 * a minute; the metrics count every one at once.
 */
final class UnknownCallerLog {

    static final int LINES_PER_SECOND = 10;
    static final Duration SUMMARY_AFTER = Duration.ofMinutes(1);

    private static final Logger LOG = LoggerFactory.getLogger(RequestLog.class);
    private static final int SERVER_ERROR = 500;

    private final LongSupplier nanoTime;
    private boolean begun;
    private long second;
    private int linesInSecond;
    private long omitted;
    private long omittedSince;

    UnknownCallerLog(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    static boolean includes(CallbackReport report) {
        boolean signed = report.succeeded() && report.asksForSignature();
        return report.callers().isEmpty() && !signed && report.status() < SERVER_ERROR;
    }

    /** Returns whether a request gets a line. Logs how many did not, once a minute. */
    boolean admit() {
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
            LOG.atWarn()
                    .addKeyValue("requests", left)
                    .addKeyValue("seconds", TimeUnit.NANOSECONDS.toSeconds(nanos))
                    .log(
                            "Requests of unknown callers have no line of their own: more than {} a second.",
                            LINES_PER_SECOND);
        }
        return admitted;
    }
}
