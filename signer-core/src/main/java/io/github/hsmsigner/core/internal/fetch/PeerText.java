package io.github.hsmsigner.core.internal.fetch;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.regex.Pattern;

/** Text of peers on its way into messages and logs. */
public final class PeerText {

    private static final Pattern UNPRINTABLE = Pattern.compile("[\\p{C}\\p{Zl}\\p{Zp}]");

    private PeerText() {}

    /**
     * Text on one line, without control and formatting characters, and cut short: those who answer could otherwise write lines of
     * their own into the log, or turn the direction of the text.
     *
     * @param text the text
     * @param maxLength how many characters to take
     * @return what may be shown
     */
    public static String printable(String text, int maxLength) {
        String oneLine = text.replaceAll("[\\p{C}\\p{Z}\\s]+", " ").strip();
        return oneLine.length() <= maxLength ? oneLine : oneLine.substring(0, maxLength) + "...";
    }

    /**
     * Replaces control and formatting characters by hexadecimal escapes of their UTF-8, as in distinguished names: texts of a token
     * could otherwise control a terminal or forge a line of a log.
     *
     * @param text the text, such as a label
     * @return the text with {@code \\1B} in place of an escape character
     */
    public static String escaped(String text) {
        StringBuilder escaped = new StringBuilder();
        text.codePoints().forEach(c -> {
            String character = Character.toString(c);
            if (UNPRINTABLE.matcher(character).matches()) {
                for (byte octet : character.getBytes(StandardCharsets.UTF_8)) {
                    escaped.append('\\').append(HexFormat.of().withUpperCase().toHexDigits(octet));
                }
            } else {
                escaped.append(character);
            }
        });
        return escaped.toString();
    }
}
