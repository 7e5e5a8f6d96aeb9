package io.github.hsmsigner.service.log;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.encoder.EncoderBase;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * Writes each event of a log as one line in UTF-8, whatever is in it: line ends, control characters and changes of the direction of
 * writing in messages, values and stack traces are escaped. So no text that a client chose passes for a line of its own.
 *
 * <p>A message, a value and a line of a stack trace have at most 2 KiB each, a stack trace 32 KiB. A longer text is cut, and ends with
 * {@code … cut, N more characters}.
 *
 * <pre>{@code
 * <encoder class="io.github.hsmsigner.service.log.LogLineEncoder">
 *   <format>json</format>
 * </encoder>
 * }</pre>
 *
 * <p>The format is {@code text} (without a setting) or {@code json}.
 *
 * <p>A line of text has the time with the offset of its zone, the level, the request in brackets ({@code -} for none), the last part of
 * the logger's name, the message, the key-value pairs as {@code key=value}, quoted where that is not clear otherwise, and the stack
 * trace, its lines parted by {@code |}.
 *
 * <p>JSON is an object (RFC 8259) in ASCII with the texts {@code timestamp} (ISO 8601, UTC, microseconds), {@code level},
 * {@code logger}, {@code thread}, {@code message}; one for each entry of the logging context (MDC), such as {@code request_id}; one for
 * each key-value pair, numbers and truth values as such, all else as text; and {@code exception} with the stack trace. A name that is
 * taken already gets underscores at its end; half a surrogate pair becomes U+FFFD.
 *
 * <p>Set up by one thread, then safe for use by any number of threads at once.
 */
public final class LogLineEncoder extends EncoderBase<ILoggingEvent> {

    private static final byte[] NOTHING = new byte[0];

    private LineFormat format = new TextLine();

    /** Makes an encoder that writes text. */
    public LogLineEncoder() {}

    /**
     * Sets the format. An unknown one is told to Logback's status, and text is written.
     *
     * @param name {@code text} or {@code json}, in any case
     */
    public void setFormat(String name) {
        switch (name.toLowerCase(Locale.ROOT)) {
            case "text" -> format = new TextLine();
            case "json" -> format = new JsonLine();
            default -> addError("The format of the log must be text or json, not \"" + name + "\".");
        }
    }

    @Override
    public byte[] headerBytes() {
        return NOTHING;
    }

    @Override
    public byte[] encode(ILoggingEvent event) {
        return (format.line(event) + "\n").getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public byte[] footerBytes() {
        return NOTHING;
    }
}
