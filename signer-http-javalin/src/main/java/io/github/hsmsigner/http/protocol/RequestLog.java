package io.github.hsmsigner.http.protocol;

import io.github.hsmsigner.core.DigestAlgorithm;
import io.github.hsmsigner.core.error.ErrorCode;
import java.time.Duration;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * Writes a line at INFO for each request. The key-value pairs of the line (SLF4J 2) describe the result:
 * <ul>
 *   <li>the request: {@code action}, {@code caller}, {@code client}, {@code key}, {@code digest} and {@code bytes};
 *   <li>the result: {@code outcome}, {@code status}, {@code unavailable_reason}, {@code reason}, and {@code timestamp}
 *       with the value {@code missing};
 *   <li>durations in whole microseconds: {@code duration_us}, {@code reading_us}, {@code queued_us} and
 *       {@code signing_us}.
 * </ul>
 * Unknown facts are left out. A layout must be configured to show the pairs, Logback's with {@code %kvp}. Several
 * callers stand in {@code caller} with a comma and a space between them. A comma within a name has a backslash before
 * it.
 *
 * <p>While a key cannot be used, the requests that are refused with 503 are counted instead. Requests that fail because
 * the audit log cannot be written are counted too. A line at WARN reports the reason of the first. Another line reports
 * the number each minute. The last line reports that signatures are made again. At DEBUG each of these requests has a
 * line too.
 *
 * <p>At INFO, at most 10 lines a second report requests without a known caller. Such a request ends with a client error
 * or asks only for certificates. Once a minute, a line at WARN reports the number of the others.
 *
 * <p>Texts from callers or policies are cut. Line ends, quotes and unprintable characters are replaced. Thread-safe.
 */
public final class RequestLog implements CallbackObserver {

    private static final Logger LOG = LoggerFactory.getLogger(RequestLog.class);
    private static final int MAX_NAME = 200;
    private static final int MAX_REASON = 1000;

    private final OutageLog outages;
    private final OutageLog auditOutages;
    private final UnknownCallerLog unknownCallers;

    /** Makes a log. Endpoints that share one share the count of refused requests. */
    public RequestLog() {
        this(System::nanoTime);
    }

    /** With another clock, for tests. */
    RequestLog(LongSupplier nanoTime) {
        this.outages = new OutageLog(OutageLog.Wording.REFUSED, nanoTime);
        this.auditOutages = new OutageLog(OutageLog.Wording.UNRECORDED, nanoTime);
        this.unknownCallers = new UnknownCallerLog(nanoTime);
    }

    @Override
    public void answered(CallbackReport report) {
        if (report.outcome().equals(ErrorCode.UNAVAILABLE.text())) {
            write(report, Level.DEBUG);
            outages.refused(report);
        } else if (!report.recorded()) {
            write(report, Level.DEBUG);
            auditOutages.refused(report);
        } else {
            boolean limited = UnknownCallerLog.includes(report) && !unknownCallers.admit();
            write(report, limited ? Level.DEBUG : Level.INFO);
            if (report.succeeded()) {
                outages.succeeded(report);
                auditOutages.succeeded(report);
            }
        }
    }

    /**
     * {@inheritDoc}
     *
     * <p>Writes a line: at WARN if the answer held a signature, otherwise at INFO, or at DEBUG for an unknown caller.
     * Its pairs are {@code late}, {@code signature} ({@code made} or {@code none}), {@code client}, {@code status} and
     * {@code reason}.
     */
    @Override
    public void undelivered(CallbackReport report, String reason) {
        Level withoutSignature = report.callers().isEmpty() ? Level.DEBUG : Level.INFO;
        LoggingEventBuilder line = LOG.atLevel(report.holdsSignature() ? Level.WARN : withoutSignature)
                .addKeyValue("late", true)
                .addKeyValue("signature", report.holdsSignature() ? "made" : "none");
        report.client().ifPresent(client -> line.addKeyValue("client", name(client)));
        line.addKeyValue("status", report.status())
                .addKeyValue("reason", reason(reason))
                .log("Request {}: the client disconnected before it had the response.", report.requestId());
    }

    private static void write(CallbackReport report, Level level) {
        LoggingEventBuilder line = LOG.atLevel(level);
        report.action().ifPresent(action -> line.addKeyValue("action", action.text()));
        if (!report.callers().isEmpty()) {
            line.addKeyValue("caller", names(report.callers()));
        }
        report.client().ifPresent(client -> line.addKeyValue("client", name(client)));
        report.keyName().ifPresent(key -> line.addKeyValue("key", name(key)));
        report.digestAlgorithm().map(DigestAlgorithm::text).ifPresent(digest -> line.addKeyValue("digest", digest));
        line.addKeyValue("bytes", report.bodyBytes())
                .addKeyValue("outcome", report.outcome())
                .addKeyValue("status", report.status())
                .addKeyValue("duration_us", micros(report.total()))
                .addKeyValue("reading_us", micros(report.reading()))
                .addKeyValue("queued_us", micros(report.queued()))
                .addKeyValue("signing_us", micros(report.signing()));
        if (report.timestampMissing()) {
            line.addKeyValue("timestamp", "missing");
        }
        report.unavailableReason().ifPresent(reason -> line.addKeyValue("unavailable_reason", reason.text()));
        report.reason().ifPresent(reason -> line.addKeyValue("reason", reason(reason)));
        line.log("Request {}: {}", report.requestId(), report.outcome());
    }

    private static String names(List<String> callers) {
        return callers.stream().map(caller -> name(caller).replace(",", "\\,")).collect(Collectors.joining(", "));
    }

    static String name(String text) {
        return LogText.of(text, MAX_NAME);
    }

    static String reason(String text) {
        return LogText.of(text, MAX_REASON);
    }

    private static long micros(Duration duration) {
        return duration.toNanos() / 1_000;
    }
}
