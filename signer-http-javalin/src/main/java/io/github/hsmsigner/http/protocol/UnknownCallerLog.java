package io.github.hsmsigner.http.protocol;

import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Limits the log lines about requests that strangers can send without limit. These requests have no known caller, and
 * they end with a client error or ask only for certificates. Thread-safe.
 *
 * <p>The threads that serve requests write the lines. Therefore the number of omitted lines is logged with the first
 * such request after a minute. The metrics count every request immediately.
 */
final class UnknownCallerLog {

    private static final Logger LOG = LoggerFactory.getLogger(RequestLog.class);
    private static final int SERVER_ERROR = 500;

    private final LogRateLimiter limiter;

    UnknownCallerLog(LongSupplier nanoTime) {
        this.limiter = new LogRateLimiter(
                nanoTime,
                (omitted, seconds) -> LOG.atWarn()
                        .addKeyValue("requests", omitted)
                        .addKeyValue("seconds", seconds)
                        .log(
                                "Requests of unknown callers were not logged, because there were more than {} a second.",
                                LogRateLimiter.LINES_PER_SECOND));
    }

    static boolean includes(CallbackReport report) {
        boolean signed = report.succeeded() && report.asksForSignature();
        return report.callers().isEmpty() && !signed && report.status() < SERVER_ERROR;
    }

    /** Returns whether a request gets a line. Logs how many did not, once a minute. */
    boolean admit() {
        return limiter.admit();
    }
}
