package io.github.hsmsigner.core.fetch;

/** Text of peers on its way into messages and logs. */
public final class PeerText {

    private static final int MAX_LENGTH = 300;

    private PeerText() {}

    /**
     * Text on one line, without control and formatting characters, and no longer than some 300 characters: those who answer could
     * otherwise write lines of their own into the log, or turn the direction of the text.
     *
     * @param text the text
     * @return what may be shown
     */
    public static String printable(String text) {
        String oneLine = text.replaceAll("[\\p{C}\\p{Zl}\\p{Zp}]+", " ").strip();
        return oneLine.length() <= MAX_LENGTH ? oneLine : oneLine.substring(0, MAX_LENGTH) + "...";
    }
}
