package io.github.hsmsigner.service.log;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.encoder.EncoderBase;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.function.Function;

/**
 * Writes each event of a log as one line in UTF-8, whatever its content. Line ends, control characters and changes of
 * the direction of writing are escaped in messages, values and stack traces. Therefore no text from a client can
 * imitate a separate line.
 *
 * <p>A message, a value and a line of a stack trace have at most 2 KiB each, a stack trace 32 KiB. A longer text is
 * cut, and ends with {@code … cut, N more characters}.
 *
 * <pre>{@code
 *  <encoder class="io.github.hsmsigner.service.log.LogLineEncoder">
 *    <format>json</format>
 *  </encoder>
 * }</pre>
 *
 * <p>The format is {@code text} or {@code json}. Default: {@code text}.
 *
 * <p>A line of text has these parts in this order:
 * <ul>
 *   <li>the time with the offset of its zone;
 *   <li>the level;
 *   <li>the request in brackets ({@code -} for none);
 *   <li>the last part of the logger's name;
 *   <li>the message;
 *   <li>the key-value pairs as {@code key=value}, quoted if that is not clear otherwise;
 *   <li>the stack trace, its lines separated by {@code |}.
 * </ul>
 *
 * <p>JSON is an object (RFC 8259) in ASCII with these members:
 * <ul>
 *   <li>the texts {@code timestamp} (ISO 8601, UTC, microseconds), {@code level}, {@code logger}, {@code thread} and
 *       {@code message};
 *   <li>one for each entry of the logging context (MDC), such as {@code request_id};
 *   <li>one for each key-value pair: numbers and truth values as such, all other values as text;
 *   <li>{@code exception} with the stack trace.
 * </ul>
 * A name that is already used gets underscores at its end. Half a surrogate pair becomes U+FFFD.
 *
 * <p>Set up by one thread, then thread-safe.
 */
public final class LogLineEncoder extends EncoderBase<ILoggingEvent> {

    private static final byte[] NOTHING = new byte[0];

    private Function<ILoggingEvent, String> format = TextLine::format;

    /** Makes an encoder that writes text. */
    public LogLineEncoder() {}

    /**
     * Sets the format. An unknown format is reported to Logback's status, and text is written.
     *
     * @param name {@code text} or {@code json}, in any case
     */
    public void setFormat(String name) {
        switch (name.toLowerCase(Locale.ROOT)) {
            case "text" -> format = TextLine::format;
            case "json" -> format = JsonLine::format;
            default -> addError("The format of the log must be text or json, not \"" + name + "\".");
        }
    }

    @Override
    public byte[] headerBytes() {
        return NOTHING;
    }

    @Override
    public byte[] encode(ILoggingEvent event) {
        return (format.apply(event) + "\n").getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public byte[] footerBytes() {
        return NOTHING;
    }
}
