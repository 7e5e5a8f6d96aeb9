package io.github.hsmsigner.service.log;

import ch.qos.logback.classic.spi.ILoggingEvent;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.slf4j.event.KeyValuePair;

/**
 * Formats an event as JSON in ASCII for programs that collect logs: one flat object, because they make a column or a
 * label of each field. Numbers and truth values are JSON values, all other values are text.
 */
final class JsonLine {

    /** In ASCII, no program finds another line end. */
    private static final JsonFactory JSON =
            JsonFactory.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

    private static final DateTimeFormatter TIME =
            new DateTimeFormatterBuilder().appendInstant(6).toFormatter(Locale.ROOT);

    private final JsonGenerator json;
    private final Set<String> names = new HashSet<>(Set.of("exception"));

    private JsonLine(JsonGenerator json) {
        this.json = json;
    }

    /** Returns the line without its end. */
    static String format(ILoggingEvent event) {
        StringWriter line = new StringWriter(512);
        try (JsonGenerator json = JSON.createGenerator(line)) {
            json.writeStartObject();
            new JsonLine(json).write(event);
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("Writing to memory failed", e);
        }
        // The one control character that JSON takes as it is.
        return line.toString().replace("\177", "\\u007f");
    }

    /** Half of a surrogate pair is no character, and readers of JSON refuse it. Java encodes it as U+FFFD. */
    private static String wellFormed(String text) {
        return text.chars().anyMatch(c -> Character.isSurrogate((char) c))
                ? new String(text.getBytes(StandardCharsets.UTF_16BE), StandardCharsets.UTF_16BE)
                : text;
    }

    private void write(ILoggingEvent event) throws IOException {
        write("timestamp", TIME.format(event.getInstant()));
        write("level", event.getLevel().toString());
        write("logger", event.getLoggerName());
        write("thread", event.getThreadName());
        write("message", event.getFormattedMessage());
        for (Map.Entry<String, String> entry : event.getMDCPropertyMap().entrySet()) {
            write(entry.getKey(), entry.getValue());
        }
        List<KeyValuePair> pairs = event.getKeyValuePairs();
        if (pairs != null) {
            for (KeyValuePair pair : pairs) {
                write(pair.key, pair.value);
            }
        }
        if (event.getThrowableProxy() != null) {
            json.writeStringField("exception", wellFormed(LoggedText.stackTrace(event.getThrowableProxy())));
        }
    }

    /** Writes a field. A name that is already used gets underscores. */
    private void write(String requestedName, Object value) throws IOException {
        String name = wellFormed(String.valueOf(requestedName));
        while (!names.add(name)) {
            name += "_";
        }
        json.writeFieldName(name);
        boolean isNumber = value instanceof Integer || value instanceof Long || value instanceof Double;
        if (value == null || value instanceof Boolean || isNumber) {
            // Jackson writes NaN and the infinities as text.
            json.writePOJO(value);
        } else {
            json.writeString(wellFormed(LoggedText.limit(value.toString())));
        }
    }
}
