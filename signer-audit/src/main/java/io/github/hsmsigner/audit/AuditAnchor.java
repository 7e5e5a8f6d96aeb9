package io.github.hsmsigner.audit;

import io.github.hsmsigner.core.error.InvalidConfigurationException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A position in the chain: the sequence number of a line and its hash. Kept where the writer of the log cannot change
 * it, it proves that all lines up to that one are still what they were. Immutable.
 *
 * @param sequence the sequence number; 0 for the position before the first line
 * @param hash the hash of that line: SHA-256 in 64 lower-case hexadecimal digits; 64 zeros before the first line
 */
public record AuditAnchor(long sequence, String hash) {

    /** The position before the first line. As an anchor it requires that nothing is missing at the beginning. */
    public static final AuditAnchor START = new AuditAnchor(0, "0".repeat(64));

    private static final Pattern TEXT = Pattern.compile("([0-9]{1,19}):([0-9a-f]{64})");

    /**
     * Reads an anchor as {@link #toString()} and the head file write it, such as {@code 1204:9f86d0…}. Leading zeros of
     * the number and white space around are ignored.
     *
     * @param text the text
     * @return the anchor
     * @throws InvalidConfigurationException if the text is not a number, a colon and 64 hexadecimal digits
     */
    public static AuditAnchor parse(String text) {
        Matcher matcher = TEXT.matcher(text.strip());
        try {
            if (matcher.matches()) {
                return new AuditAnchor(Long.parseLong(matcher.group(1)), matcher.group(2));
            }
        } catch (NumberFormatException e) {
            // A number of 19 digits that is larger than a long.
        }
        throw new InvalidConfigurationException(
                "An anchor of the audit log is a sequence number, a colon and 64 lower-case hexadecimal digits, not \""
                        + text.strip() + "\".");
    }

    /** Returns the number, a colon and the hash. */
    @Override
    public String toString() {
        return sequence + ":" + hash;
    }
}
