package io.github.hsmsigner.service.log;

import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * Limits the length of texts in a log line. A length is in bytes: UTF-8, or six for a character that is escaped.
 * Libraries log text of clients at any length, such as Jetty a {@code Host} header.
 */
final class LoggedText {

    /** The limit of a message, a value, and a line of a stack trace. */
    static final int MAX_BYTES = 2_048;

    /** The limit of a stack trace: a dozen causes with all their frames. */
    static final int MAX_TRACE_BYTES = 32_768;

    private static final int ESCAPED = 6;

    private LoggedText() {}

    /** Returns the text, or its beginning with the number of characters that were cut. */
    static String limit(String text) {
        return limit(text, MAX_BYTES);
    }

    /** Returns the stack trace, with its lines and its whole limited. */
    static String stackTrace(IThrowableProxy failure) {
        String lines = Arrays.stream(ThrowableProxyUtil.asString(failure).split("\n"))
                .map(LoggedText::limit)
                .collect(Collectors.joining("\n"));
        return limit(lines, MAX_TRACE_BYTES);
    }

    private static String limit(String text, int maxBytes) {
        if (text.length() <= maxBytes / ESCAPED) {
            return text;
        }
        int bytes = 0;
        int end = 0;
        while (end < text.length()) {
            int character = text.codePointAt(end);
            bytes += length(character);
            if (bytes > maxBytes) {
                int cut = text.codePointCount(end, text.length());
                return text.substring(0, end) + "… cut, " + cut + " more characters";
            }
            end += Character.charCount(character);
        }
        return text;
    }

    private static int length(int character) {
        if (character >= ' ' && character < 0x7f) {
            return 1;
        }
        if (!isVisible(character)) {
            return ESCAPED;
        }
        if (character < 0x800) {
            return 2;
        }
        return Character.isBmpCodePoint(character) ? 3 : 4;
    }

    /** Returns whether a character is shown as it is. The others end a line, move the cursor, or cannot be seen. */
    static boolean isVisible(int character) {
        return switch (Character.getType(character)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            default -> true;
        };
    }
}
