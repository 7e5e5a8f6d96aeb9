package io.github.hsmsigner.service.log;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.encoder.EncoderBase;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.function.Function;

/**
 * Writes each event of a log as one line in UTF-8, whatever its content. Line ends, control characters and changes of
 * the direction of writing are escaped in messages, values and stack traces. Therefore no text from a client can
 * imitate a separate line. {@link LoggedText} limits the length of each part.
 *
 * <p>The XML element {@code format} selects {@link TextLine} or {@link JsonLine}. Default: {@code text}.
 *
 * <p>Set up by one thread, then thread-safe.
 */
public final class LogLineEncoder extends EncoderBase<ILoggingEvent> {

    /** The beginning of the names of threads whose lines are formatted, but not written. */
    public static final String WARM_UP_THREADS = "warm-up-http";

    private static final byte[] NOTHING = new byte[0];

    private Function<ILoggingEvent, String> format = TextLine::format;

    /** Sets the format, in any case. An unknown format is reported to Logback's status, and text is written. */
    public void setFormat(String name) {
        switch (name.toLowerCase(Locale.ROOT)) {
            case "text" -> format = TextLine::format;
            case "json" -> format = JsonLine::format;
            default -> addError("The format of the log must be text or json, not \"" + name + "\".");
        }
    }

    @Override
    public byte[] headerBytes() {
        return null;
    }

    @Override
    public byte[] encode(ILoggingEvent event) {
        byte[] line = (format.apply(event) + "\n").getBytes(StandardCharsets.UTF_8);
        return event.getThreadName().startsWith(WARM_UP_THREADS) ? NOTHING : line;
    }

    @Override
    public byte[] footerBytes() {
        return null;
    }
}
