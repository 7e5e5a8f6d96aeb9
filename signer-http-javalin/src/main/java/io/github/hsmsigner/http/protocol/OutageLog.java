package io.github.hsmsigner.http.protocol;

import io.github.hsmsigner.core.error.SigningUnavailableException.Reason;
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
 * a success, because certificates are answered while a token hangs.
 *
 * <p>The threads that serve requests write the lines; there is no other thread. Thread-safe.
 */
final class OutageLog {

    /** How long no request was refused before an outage is taken to be over. */
    static final Duration QUIET = Duration.ofSeconds(5);

    /** The time between two lines about an outage that continues. */
    static final Duration REMINDER = Duration.ofMinutes(1);

    private static final Logger LOG = LoggerFactory.getLogger(RequestLog.class);

    private final Wording wording;
    private final LongSupplier nanoTime;

    /** Under the name of the key; as many as there are keys. */
    private final Map<String, Outage> outages = new ConcurrentHashMap<>();

    OutageLog(Wording wording, LongSupplier nanoTime) {
        this.wording = wording;
        this.nanoTime = nanoTime;
    }

    void refused(CallbackReport report) {
        String key = report.keyName().orElse("");
        String reason = RequestLog.reason(report.reason().orElse("no reason was given"));
        Outage outage = outages.computeIfAbsent(key, absent -> new Outage());
        outage.refused(nanoTime.getAsLong(), report.asksForSignature())
                .write(wording, key, reason, report.unavailableReason());
    }

    void succeeded(CallbackReport report) {
        if (!outages.isEmpty()) {
            end("", report);
            report.keyName().ifPresent(key -> end(key, report));
        }
    }

    private void end(String key, CallbackReport report) {
        Outage outage = outages.get(key);
        if (outage != null) {
            outage.succeeded(nanoTime.getAsLong(), report.asksForSignature()).write(wording, key, "", Optional.empty());
        }
    }

    /** A line to write after the lock is released. */
    private record Line(State state, long refused, Duration time) {

        static final Line NONE = new Line(State.UNCHANGED, 0, Duration.ZERO);

        void write(Wording wording, String key, String reason, Optional<Reason> unavailableReason) {
            String of = key.isEmpty() ? "" : " for key \"" + RequestLog.name(key) + "\"";
            switch (state) {
                case BEGUN ->
                    withReason(LOG.atWarn(), reason, unavailableReason)
                            .log("Requests{} {}; from now on they are counted.", of, wording.begun);
                case GOES_ON ->
                    withReason(
                                    LOG.atWarn()
                                            .addKeyValue("refused", refused)
                                            .addKeyValue("seconds", time.toSeconds()),
                                    reason,
                                    unavailableReason)
                            .log("Requests{} {}.", of, wording.goesOn);
                case OVER ->
                    LOG.atInfo()
                            .addKeyValue("refused", refused)
                            .addKeyValue("seconds", time.toSeconds())
                            .log("Requests{} {}.", of, wording.over);
                case UNCHANGED -> {}
            }
        }

        private static LoggingEventBuilder withReason(
                LoggingEventBuilder line, String reason, Optional<Reason> unavailableReason) {
            unavailableReason.ifPresent(program -> line.addKeyValue("unavailable_reason", program.text()));
            return line.addKeyValue("reason", reason);
        }
    }

    /** The texts about the requests. */
    enum Wording {
        REFUSED("are refused with 503", "are still refused with 503", "are served again"),
        UNRECORDED(
                "fail with 500, because they cannot be recorded in the audit log",
                "still fail with 500, because they cannot be recorded in the audit log",
                "are recorded again");

        private final String begun;
        private final String goesOn;
        private final String over;

        Wording(String begun, String goesOn, String over) {
            this.begun = begun;
            this.goesOn = goesOn;
            this.over = over;
        }
    }

    private enum State {
        BEGUN,
        GOES_ON,
        OVER,
        UNCHANGED
    }

    /** One key's; may begin again after it was over. */
    private static final class Outage {

        private boolean on;
        private boolean signatures;
        private long refused;
        private long first;
        private long last;
        private long told;

        synchronized Line refused(long now, boolean signature) {
            last = now;
            if (!on) {
                on = true;
                signatures = signature;
                refused = 1;
                first = now;
                told = now;
                return new Line(State.BEGUN, refused, Duration.ZERO);
            }
            signatures |= signature;
            refused++;
            if (now - told < REMINDER.toNanos()) {
                return Line.NONE;
            }
            told = now;
            return new Line(State.GOES_ON, refused, Duration.ofNanos(now - first));
        }

        synchronized Line succeeded(long now, boolean signature) {
            if (!on || signatures && !signature || now - last < QUIET.toNanos()) {
                return Line.NONE;
            }
            on = false;
            return new Line(State.OVER, refused, Duration.ofNanos(last - first));
        }
    }
}
