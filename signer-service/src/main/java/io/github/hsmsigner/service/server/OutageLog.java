package io.github.hsmsigner.service.server;

import io.github.hsmsigner.core.internal.fetch.PeerText;
import io.github.hsmsigner.http.protocol.CallbackReport;
import io.github.hsmsigner.http.protocol.RequestLog;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

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
final class OutageLog {

    /** An outage is over if no request was refused for this time. */
    static final Duration QUIET = Duration.ofSeconds(5);

    /** The time between two lines about an outage that continues. */
    static final Duration REMINDER = Duration.ofMinutes(1);

    private static final Logger LOG = LoggerFactory.getLogger(RequestLog.class);

    private static final int MAX_NAME = 200;
    private static final int MAX_REASON = 1000;

    private final String begins;
    private final String continues;
    private final String ends;
    private final LongSupplier nanoTime;

    /** By the name of the key, so there are as many as keys. */
    private final Map<String, Outage> outages = new ConcurrentHashMap<>();

    /**
     * Creates a log for one reason.
     *
     * @param begins what requests do when an outage begins, for its line in the log
     * @param continues the same while it continues
     * @param ends the same after its end
     * @param nanoTime a source of the time like {@link System#nanoTime}
     */
    OutageLog(String begins, String continues, String ends, LongSupplier nanoTime) {
        this.begins = begins;
        this.continues = continues;
        this.ends = ends;
        this.nanoTime = nanoTime;
    }

    void refused(CallbackReport report) {
        String key = report.keyName().orElse("");
        Outage outage = outages.computeIfAbsent(key, absent -> new Outage());
        outage.refused(nanoTime.getAsLong(), report.asksForSignature()).ifPresent(progress -> {
            boolean first = progress.refused() == 1;
            LoggingEventBuilder line = first ? LOG.atWarn() : progress.addTo(LOG.atWarn());
            report.unavailableReason().ifPresent(reason -> line.addKeyValue("unavailable_reason", reason.text()));
            line.addKeyValue("reason", PeerText.printable(report.reason().orElse("no reason was given"), MAX_REASON))
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
