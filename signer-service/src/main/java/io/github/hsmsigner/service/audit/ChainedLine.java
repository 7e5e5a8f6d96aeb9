package io.github.hsmsigner.service.audit;

import io.github.hsmsigner.core.DigestAlgorithm;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;

/**
 * The frame of a line, which makes it a link of the chain. The sequence number is at the beginning, and the two hashes
 * are at the end. The hash covers the part between them, which this class does not read.
 *
 * @param sequence the sequence number
 * @param previous the hash of the line before, in hexadecimal
 * @param hash the hash that the line contains, in hexadecimal
 * @param intact whether it has that hash
 */
record ChainedLine(long sequence, String previous, String hash, boolean intact) {

    /** In bytes, without the line end. Keeps the memory of readers constant. */
    static final int MAX_LENGTH = 64 * 1024;

    static final byte LINE_END = '\n';

    private static final byte[] SEQUENCE = octets("{\"seq\":");
    private static final byte[] PREVIOUS = octets(",\"prev\":\"");
    private static final byte[] HASH = octets("\",\"hash\":\"");
    private static final byte[] END = octets("\"}");
    private static final int HASH_DIGITS = 64;
    private static final int SEQUENCE_DIGITS = 19;
    private static final int TRAILER = PREVIOUS.length + HASH_DIGITS + HASH.length + HASH_DIGITS + END.length;

    /** The length of a frame without the body. */
    static final int FRAME = SEQUENCE.length + SEQUENCE_DIGITS + 1 + TRAILER;

    /**
     * Writes a line.
     *
     * @param out where to
     * @param before the line before
     * @param body what happened, as the inside of a JSON object
     * @return the line
     */
    static AuditAnchor write(ByteArrayOutputStream out, AuditAnchor before, byte[] body) {
        ByteArrayOutputStream hashed = new ByteArrayOutputStream(body.length + FRAME);
        long sequence = before.sequence() + 1;
        hashed.writeBytes(SEQUENCE);
        hashed.writeBytes(octets(sequence + ","));
        hashed.writeBytes(body);
        hashed.writeBytes(PREVIOUS);
        hashed.writeBytes(octets(before.hash() + "\""));
        byte[] content = hashed.toByteArray();
        String hash = sha256(content, content.length);
        out.writeBytes(content);
        out.write(HASH, 1, HASH.length - 1);
        out.writeBytes(octets(hash));
        out.writeBytes(END);
        out.write(LINE_END);
        return new AuditAnchor(sequence, hash);
    }

    /**
     * Reads a line.
     *
     * @param line its bytes, without the line end
     * @param length how many of them there are
     * @return the frame; empty if this is no line of an audit log
     */
    static Optional<ChainedLine> parse(byte[] line, int length) {
        int trailer = length - TRAILER;
        int previous = trailer + PREVIOUS.length;
        int ownHash = previous + HASH_DIGITS + HASH.length;
        if (trailer <= SEQUENCE.length
                || !has(line, 0, SEQUENCE)
                || !has(line, trailer, PREVIOUS)
                || !isHash(line, previous)
                || !has(line, previous + HASH_DIGITS, HASH)
                || !isHash(line, ownHash)
                || !has(line, ownHash + HASH_DIGITS, END)) {
            return Optional.empty();
        }
        long sequence = sequence(line, trailer);
        if (sequence < 1) {
            return Optional.empty();
        }
        String hash = text(line, ownHash, HASH_DIGITS);
        // The quotation mark that ends the hash of the line before is hashed too.
        boolean intact = hash.equals(sha256(line, previous + HASH_DIGITS + 1));
        return Optional.of(new ChainedLine(sequence, text(line, previous, HASH_DIGITS), hash, intact));
    }

    /** Returns its position in the chain. */
    AuditAnchor anchor() {
        return new AuditAnchor(sequence, hash);
    }

    /** Returns the number, or 0 if there is none. */
    private static long sequence(byte[] line, int limit) {
        long number = 0;
        for (int i = SEQUENCE.length; i < limit && i <= SEQUENCE.length + SEQUENCE_DIGITS; i++) {
            if (line[i] == ',') {
                return number;
            }
            int digit = line[i] - '0';
            boolean leadingZero = number == 0 && digit == 0;
            if (digit < 0 || digit > 9 || leadingZero || number > (Long.MAX_VALUE - digit) / 10) {
                return 0;
            }
            number = number * 10 + digit;
        }
        return 0;
    }

    private static boolean has(byte[] line, int offset, byte[] part) {
        return Arrays.equals(line, offset, offset + part.length, part, 0, part.length);
    }

    private static boolean isHash(byte[] line, int offset) {
        for (int i = offset; i < offset + HASH_DIGITS; i++) {
            if (!(line[i] >= '0' && line[i] <= '9') && !(line[i] >= 'a' && line[i] <= 'f')) {
                return false;
            }
        }
        return true;
    }

    private static String text(byte[] line, int offset, int length) {
        return new String(line, offset, length, StandardCharsets.US_ASCII);
    }

    private static String sha256(byte[] octets, int length) {
        MessageDigest computation = DigestAlgorithm.SHA256.newMessageDigest();
        computation.update(octets, 0, length);
        return HexFormat.of().formatHex(computation.digest());
    }

    private static byte[] octets(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
