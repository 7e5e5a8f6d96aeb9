package io.github.hsmsigner.core.internal.fetch;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.regex.Pattern;

/** Text of peers on its way into messages and logs. */
public final class PeerText {

    private static final Pattern UNPRINTABLE = Pattern.compile("[\\p{C}\\p{Zl}\\p{Zp}]");

    private PeerText() {}

    /**
     * Returns text on one line, shortened, without control and formatting characters. Otherwise a server could forge
     * lines of the log, or change the direction of the text.
     *
     * @param text the text
     * @param maxLength the maximum number of characters
     * @return the text to show
     */
    public static String printable(String text, int maxLength) {
        String oneLine = text.replaceAll("[\\p{C}\\p{Z}\\s]+", " ").strip();
        return oneLine.length() <= maxLength ? oneLine : oneLine.substring(0, maxLength) + "...";
    }

    /**
     * Replaces control and formatting characters by hexadecimal escapes of their UTF-8, as in distinguished names.
     * Otherwise texts of a token could control a terminal or forge a line of a log.
     *
     * @param text the text, such as a label
     * @return the text with {@code \\1B} instead of an escape character
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
