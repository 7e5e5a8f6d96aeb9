package io.github.hsmsigner.service.server;

import io.github.hsmsigner.core.error.ErrorCode;
import io.github.hsmsigner.http.protocol.CallbackReport;
import io.github.hsmsigner.http.protocol.RequestLog;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Selects the level of the line about a request, so that an outage or a stranger cannot fill the log. At INFO, ten lines
 * a second report requests without a known caller that end with a client error or ask only for certificates. While a key
 * or the audit log cannot be used, failing requests are counted by an {@link OutageLog}. Their lines have the level
 * DEBUG. Thread-safe.
 */
public final class RequestLogThrottle implements Function<CallbackReport, Level> {

    private static final Logger LOG = LoggerFactory.getLogger(RequestLog.class);

    private static final int SERVER_ERROR = 500;

    private final OutageLog outages;
    private final OutageLog auditOutages;
    private final LogRateLimiter unknownCallers;

    /** Creates a throttle with a source of the time like {@link System#nanoTime}. */
    public RequestLogThrottle(LongSupplier nanoTime) {
        this.outages =
                new OutageLog("are refused with 503", "are still refused with 503", "are served again", nanoTime);
        this.auditOutages = new OutageLog(
                "fail with 500, because they cannot be recorded in the audit log",
                "still fail with 500, because they cannot be recorded in the audit log",
                "are recorded again",
                nanoTime);
        this.unknownCallers = new LogRateLimiter(
                LOG,
                "requests",
                "Requests of unknown callers were not logged, because there were more than {} a second.",
                nanoTime);
    }

    @Override
    public Level apply(CallbackReport report) {
        boolean unavailable = report.outcome().equals(ErrorCode.UNAVAILABLE.text());
        if (unavailable || !report.recorded()) {
            (unavailable ? outages : auditOutages).refused(report);
            return Level.DEBUG;
        }
        if (report.succeeded()) {
            outages.succeeded(report);
            auditOutages.succeeded(report);
        }
        boolean limited = report.callers().isEmpty() && !report.holdsSignature() && report.status() < SERVER_ERROR;
        return limited && !unknownCallers.admit() ? Level.DEBUG : Level.INFO;
    }
}
