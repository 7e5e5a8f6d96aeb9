package io.github.hsmsigner.http.protocol;

import io.github.hsmsigner.core.DigestAlgorithm;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import org.slf4j.spi.LoggingEventBuilder;
import org.slf4j.spi.NOPLoggingEventBuilder;

/**
 * Writes a line for each request. The key-value pairs of the line (SLF4J 2) describe the result. Unknown facts
 * are left out.
 * <ul>
 *   <li>the request: {@code action}, {@code caller}, {@code client}, {@code key}, {@code digest} and {@code bytes};
 *   <li>the result: {@code outcome}, {@code status}, {@code unavailable_reason}, {@code reason}, and {@code timestamp}
 *       with the value {@code missing};
 *   <li>durations in whole microseconds: {@code duration_us}, {@code reading_us}, {@code queued_us} and
 *       {@code signing_us}.
 * </ul>
 * Several callers in {@code caller} have a comma and a space between them. A comma within a name has a backslash before
 * it. A layout must be configured to show the pairs, Logback's with {@code %kvp}.
 *
 * <p>A response that the client did not receive has a line at WARN if it held a signature. Otherwise the line is at
 * INFO, or at DEBUG for an unknown caller. Its pairs are {@code late}, {@code signature} ({@code made} or
 * {@code none}), {@code client}, {@code status} and {@code reason}.
 *
 * <p>Texts from callers or policies are cut. Quotes and unprintable characters are replaced. Thread-safe.
 */
public final class RequestLog implements CallbackObserver {

    private static final Logger LOG = LoggerFactory.getLogger(RequestLog.class);
    private static final Pattern UNPRINTABLE = Pattern.compile("[\\p{C}\\p{Zl}\\p{Zp}]");
    private static final int MAX_NAME = 200;
    private static final int MAX_REASON = 1000;

    private final Function<CallbackReport, Level> level;

    /** Creates a log with all lines at INFO. There is no limit on their number, also for requests of strangers. */
    public RequestLog() {
        this(report -> Level.INFO);
    }

    /**
     * Creates a log.
     *
     * @param level returns the level of the line about a request; thread-safe
     */
    public RequestLog(Function<CallbackReport, Level> level) {
        this.level = Objects.requireNonNull(level, "level");
    }

    @Override
    public void answered(CallbackReport report) {
        LoggingEventBuilder line = LOG.atLevel(level.apply(report));
        if (line == NOPLoggingEventBuilder.singleton()) {
            return;
        }
        report.action().ifPresent(action -> line.addKeyValue("action", action.text()));
        if (!report.callers().isEmpty()) {
            line.addKeyValue(
                    "caller",
                    report.callers().stream()
                            .map(caller -> printable(caller, MAX_NAME).replace(",", "\\,"))
                            .collect(Collectors.joining(", ")));
        }
        report.client().ifPresent(client -> line.addKeyValue("client", printable(client, MAX_NAME)));
        report.keyName().ifPresent(key -> line.addKeyValue("key", printable(key, MAX_NAME)));
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
        report.reason().ifPresent(reason -> line.addKeyValue("reason", printable(reason, MAX_REASON)));
        line.log("Request {}: {}", report.requestId(), report.outcome());
    }

    @Override
    public void undelivered(CallbackReport report, String reason) {
        Level withoutSignature = report.callers().isEmpty() ? Level.DEBUG : Level.INFO;
        LoggingEventBuilder line = LOG.atLevel(report.holdsSignature() ? Level.WARN : withoutSignature)
                .addKeyValue("late", true)
                .addKeyValue("signature", report.holdsSignature() ? "made" : "none");
        report.client().ifPresent(client -> line.addKeyValue("client", printable(client, MAX_NAME)));
        line.addKeyValue("status", report.status())
                .addKeyValue("reason", printable(reason, MAX_REASON))
                .log("Request {}: the client disconnected before it had the response.", report.requestId());
    }

    /** Returns a text that is short, and cannot imitate a second line or another field. */
    private static String printable(String text, int maxLength) {
        String line = UNPRINTABLE.matcher(text).replaceAll("?").replace('"', '\'');
        if (line.length() <= maxLength) {
            return line;
        }
        int end = Character.isHighSurrogate(line.charAt(maxLength - 1)) ? maxLength - 1 : maxLength;
        return line.substring(0, end) + "…";
    }

    private static long micros(Duration duration) {
        return duration.toNanos() / 1_000;
    }
}
