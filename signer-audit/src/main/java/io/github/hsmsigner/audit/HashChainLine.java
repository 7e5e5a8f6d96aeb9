package io.github.hsmsigner.audit;

import io.github.hsmsigner.core.DigestAlgorithm;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A line of the hash chain. The sequence number is at the beginning, and the two hashes are at the end. The line's own
 * hash covers all that comes before it.
 *
 * @param sequence the sequence number
 * @param previous the hash of the line before, in hexadecimal
 * @param hash the hash that the line contains, in hexadecimal
 * @param intact whether it has that hash
 */
record HashChainLine(long sequence, String previous, String hash, boolean intact) {

    /** In bytes, without the line end. Keeps the memory of readers constant. */
    static final int MAX_LENGTH = 64 * 1024;

    static final byte LINE_END = '\n';

    /** The length of a line with an empty body, a sequence number of 19 digits and two hashes of 64 digits. */
    static final int FRAME = "{'seq':,,'prev':'','hash':''}".length() + 19 + 2 * 64;

    private static final Pattern LINE = Pattern.compile(
            "\\{\"seq\":([1-9][0-9]{0,18}),.*,\"prev\":\"([0-9a-f]{64})\",\"hash\":\"([0-9a-f]{64})\"}",
            Pattern.DOTALL);

    /**
     * Writes the line that follows another, and returns its position.
     *
     * @param body the event, as the inside of a JSON object
     */
    static AuditAnchor write(ByteArrayOutputStream out, AuditAnchor before, byte[] body) {
        long sequence = before.sequence() + 1;
        byte[] start = ascii("{\"seq\":" + sequence + ",");
        byte[] previous = ascii(",\"prev\":\"" + before.hash() + "\"");
        MessageDigest digest = DigestAlgorithm.SHA256.newMessageDigest();
        digest.update(start);
        digest.update(body);
        String hash = HexFormat.of().formatHex(digest.digest(previous));
        out.writeBytes(start);
        out.writeBytes(body);
        out.writeBytes(previous);
        out.writeBytes(ascii(",\"hash\":\"" + hash + "\"}\n"));
        return new AuditAnchor(sequence, hash);
    }

    /** Reads a line without its line end; empty if it is no line of an audit log. */
    static Optional<HashChainLine> parse(byte[] line, int length) {
        Matcher matcher = LINE.matcher(new String(line, 0, length, StandardCharsets.ISO_8859_1));
        if (!matcher.matches()) {
            return Optional.empty();
        }
        try {
            MessageDigest digest = DigestAlgorithm.SHA256.newMessageDigest();
            // With the quotation mark that ends the hash of the line before.
            digest.update(line, 0, matcher.end(2) + 1);
            String hash = matcher.group(3);
            boolean intact = hash.equals(HexFormat.of().formatHex(digest.digest()));
            return Optional.of(new HashChainLine(Long.parseLong(matcher.group(1)), matcher.group(2), hash, intact));
        } catch (NumberFormatException e) {
            // A number of 19 digits can be larger than a long.
            return Optional.empty();
        }
    }

    /** Returns its position in the chain. */
    AuditAnchor anchor() {
        return new AuditAnchor(sequence, hash);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
