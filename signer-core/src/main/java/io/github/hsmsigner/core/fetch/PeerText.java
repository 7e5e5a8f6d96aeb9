package io.github.hsmsigner.core.fetch;

/** Text of peers on its way into messages and logs. */
public final class PeerText {

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
}
