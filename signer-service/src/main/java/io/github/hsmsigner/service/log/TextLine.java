package io.github.hsmsigner.service.log;

import ch.qos.logback.classic.spi.ILoggingEvent;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.slf4j.event.KeyValuePair;

/**
 * Formats an event as a line for people: time, level, request in brackets, last part of the logger's name, message and
 * key-value pairs. A stack trace follows, with {@code |} between its lines.
 */
final class TextLine {

    private static final String REQUEST_ID = "request_id";
    private static final String TRACE_ID = "trace_id";
    private static final int LEVEL_WIDTH = 5;
    private static final DateTimeFormatter SECOND =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.", Locale.ROOT).withZone(ZoneId.systemDefault());
    private static final DateTimeFormatter OFFSET = new DateTimeFormatterBuilder()
            .appendOffset("+HH:MM", "Z")
            .toFormatter(Locale.ROOT)
            .withZone(ZoneId.systemDefault());
    private static final int NANOS_PER_MILLI = 1_000_000;
    private static final int MILLIS_PER_SECOND = 1_000;
    private static final Pattern LINE_END = Pattern.compile("\\s*\\R\\s*");

    /** The second of a recent line. Lines of the same second share its text, which takes long to format. */
    private static volatile Second recent = Second.of(Instant.EPOCH);

    private TextLine() {}

    /** Returns the line without its end. */
    static String format(ILoggingEvent event) {
        StringBuilder line = new StringBuilder(384);
        appendTime(event.getInstant(), line);
        String level = event.getLevel().toString();
        line.append(' ')
                .append(level)
                .append(" ".repeat(LEVEL_WIDTH - level.length()))
                .append(" [");
        escape(LoggedText.limit(event.getMDCPropertyMap().getOrDefault(REQUEST_ID, "-")), line);
        String logger = event.getLoggerName();
        line.append("] ")
                .append(logger, logger.lastIndexOf('.') + 1, logger.length())
                .append(": ");
        escape(LoggedText.limit(String.valueOf(event.getFormattedMessage())), line);
        List<KeyValuePair> pairs = event.getKeyValuePairs();
        if (pairs != null) {
            pairs.forEach(pair -> append(pair, line));
        }
        String trace = event.getMDCPropertyMap().get(TRACE_ID);
        if (trace != null) {
            append(new KeyValuePair(TRACE_ID, trace), line);
        }
        if (event.getThrowableProxy() != null) {
            for (String part : LINE_END.split(LoggedText.stackTrace(event.getThrowableProxy()))) {
                escape(part, line.append(" | "));
            }
        }
        return line.toString();
    }

    private static void appendTime(Instant time, StringBuilder line) {
        Second second = recent;
        if (second.epochSecond != time.getEpochSecond()) {
            second = Second.of(time);
            recent = second;
        }
        // The leading one keeps the zeros before the milliseconds.
        String millis = Integer.toString(MILLIS_PER_SECOND + time.getNano() / NANOS_PER_MILLI);
        line.append(second.text).append(millis, 1, millis.length()).append(second.offset);
    }

    private record Second(long epochSecond, String text, String offset) {

        static Second of(Instant time) {
            return new Second(time.getEpochSecond(), SECOND.format(time), OFFSET.format(time));
        }
    }

    private static void append(KeyValuePair pair, StringBuilder line) {
        escape(String.valueOf(pair.key), line.append(' '));
        line.append('=');
        String value = LoggedText.limit(String.valueOf(pair.value));
        escape(isClear(value) ? value : '"' + value.replace("\\", "\\\\").replace("\"", "\\\"") + '"', line);
    }

    /** Returns whether a value needs no quotes. A regular expression would cost more memory than the rest of a line. */
    private static boolean isClear(String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            boolean isSpace = c == ' ' || c >= '\t' && c <= '\r';
            if (isSpace || c == '"' || c == '\\' || c == '=' || c == '|') {
                return false;
            }
        }
        return !value.isEmpty();
    }

    /** Puts an escape sequence of Java for what ends a line, moves the cursor, or cannot be seen. */
    private static void escape(String text, StringBuilder line) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= ' ' && c < 0x7f) {
                line.append(c);
                continue;
            }
            switch (c) {
                case '\n' -> line.append("\\n");
                case '\r' -> line.append("\\r");
                case '\t' -> line.append("\\t");
                default -> {
                    int character = text.codePointAt(i);
                    if (LoggedText.isVisible(character)) {
                        line.appendCodePoint(character);
                        i += Character.charCount(character) - 1;
                    } else {
                        line.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
                    }
                }
            }
        }
    }
}
