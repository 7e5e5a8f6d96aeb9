package io.github.hsmsigner.service.server;

import io.github.hsmsigner.core.error.ErrorCode;
import io.github.hsmsigner.core.internal.fetch.PeerText;
import io.github.hsmsigner.http.protocol.CallbackReport;
import io.github.hsmsigner.http.protocol.RequestLog;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * Selects the level of the line about a request, so that an outage or a stranger cannot fill the log. At INFO, ten lines
 * a second report requests without a known caller that end with a client error or ask only for certificates. While a key
 * or the audit log cannot be used, failing requests are counted by an {@link OutageLog}. Their lines have the level
 * DEBUG. Thread-safe.
 */
public final class RequestLogThrottle implements Function<CallbackReport, Level> {

    /** An outage is over if no request was refused for this time. */
    static final Duration QUIET = Duration.ofSeconds(5);

    /** The time between two lines about an outage that continues. */
    static final Duration REMINDER = Duration.ofMinutes(1);

    private static final Logger LOG = LoggerFactory.getLogger(RequestLog.class);

    private static final int MAX_NAME = 200;
    private static final int MAX_REASON = 1000;
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

    /**
     * Counts the requests that fail for one reason while a key or the audit log cannot be used. Logs when that begins,
     * continues and ends.
     *
     * <p>Each key has its own outages, because keys may be on several tokens. Requests that did not reach a key share one
     * outage. An outage is over at the first success that is {@link #QUIET} after the last refusal. A full queue admits
     * some requests and refuses others, which counts as one outage. If a signature was refused, only a signature counts as
     * a success, because certificates are returned while a token hangs.
     *
     * <p>The threads that serve requests write the lines, outside of locks. There is no other thread. Thread-safe.
     */
    private record OutageLog(
            String begins, String continues, String ends, LongSupplier nanoTime, Map<String, Outage> outages) {

        OutageLog(String begins, String continues, String ends, LongSupplier nanoTime) {
            // By the name of the key, so there are as many as keys.
            this(begins, continues, ends, nanoTime, new ConcurrentHashMap<>());
        }

        void refused(CallbackReport report) {
            String key = report.keyName().orElse("");
            Outage outage = outages.computeIfAbsent(key, absent -> new Outage());
            outage.refused(nanoTime.getAsLong(), report.asksForSignature()).ifPresent(progress -> {
                boolean first = progress.refused() == 1;
                LoggingEventBuilder line = first ? LOG.atWarn() : progress.addTo(LOG.atWarn());
                report.unavailableReason().ifPresent(reason -> line.addKeyValue("unavailable_reason", reason.text()));
                line.addKeyValue(
                                "reason", PeerText.printable(report.reason().orElse("no reason was given"), MAX_REASON))
                        .log("Requests{} {}.", of(key), first ? begins + "; from now on they are counted" : continues);
            });
        }

        void succeeded(CallbackReport report) {
            if (!outages.isEmpty()) {
                end("", report);
                report.keyName().ifPresent(key -> end(key, report));
            }
        }

        private void end(String key, CallbackReport report) {
            Optional.ofNullable(outages.get(key))
                    .flatMap(outage -> outage.succeeded(nanoTime.getAsLong(), report.asksForSignature()))
                    .ifPresent(progress -> progress.addTo(LOG.atInfo()).log("Requests{} {}.", of(key), ends));
        }

        private static String of(String key) {
            return key.isEmpty() ? "" : " for key \"" + PeerText.printable(key, MAX_NAME) + "\"";
        }

        private record Progress(long refused, Duration time) {

            LoggingEventBuilder addTo(LoggingEventBuilder line) {
                return line.addKeyValue("refused", refused).addKeyValue("seconds", time.toSeconds());
            }
        }

        /** The outage of one key; may begin again after its end. Returns its progress if a line is due. */
        private static final class Outage {

            private boolean on;
            private boolean signatures;
            private long refused;
            private long first;
            private long last;
            private long logged;

            synchronized Optional<Progress> refused(long now, boolean signature) {
                if (!on) {
                    on = true;
                    signatures = false;
                    refused = 0;
                    first = now;
                }
                last = now;
                signatures |= signature;
                refused++;
                if (refused > 1 && now - logged < REMINDER.toNanos()) {
                    return Optional.empty();
                }
                logged = now;
                return Optional.of(new Progress(refused, Duration.ofNanos(now - first)));
            }

            synchronized Optional<Progress> succeeded(long now, boolean signature) {
                if (!on || signatures && !signature || now - last < QUIET.toNanos()) {
                    return Optional.empty();
                }
                on = false;
                return Optional.of(new Progress(refused, Duration.ofNanos(last - first)));
            }
        }
    }
}
