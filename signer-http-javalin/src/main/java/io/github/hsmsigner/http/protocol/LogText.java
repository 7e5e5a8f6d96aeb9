package io.github.hsmsigner.http.protocol;

/** Text that others may have chosen, made fit for a log line of any form. */
final class LogText {

    private LogText() {}

    /**
     * Returns the text with question marks for unprintable characters and an apostrophe for each double quote, cut to
     * the maximum length. Therefore no value can imitate a second line or another field, and none is too long.
     */
    static String of(String text, int maxLength) {
        StringBuilder safe = new StringBuilder(Math.min(text.length(), maxLength));
        int i = 0;
        while (i < text.length()) {
            int character = text.codePointAt(i);
            if (safe.length() + Character.charCount(character) > maxLength) {
                return safe.append('…').toString();
            }
            safe.appendCodePoint(harmless(character));
            i += Character.charCount(character);
        }
        return safe.toString();
    }

    private static int harmless(int character) {
        return switch (Character.getType(character)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> '?';
            default -> character == '"' ? '\'' : character;
        };
    }
}
