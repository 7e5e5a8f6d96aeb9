package io.github.hsmsigner.core.internal.fetch;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.regex.Pattern;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1Primitive;

/**
 * Reads answers that are one structure of ASN.1. Servers also send it in Base64 or with line breaks behind it, which is harmless. Other
 * forms are named in the error message. Stateless and thread-safe.
 */
public final class Asn1Answer {

    private static final String NOT_ASN1 = "its answer cannot be read as one structure of ASN.1: ";
    private static final int SEQUENCE = 0x30;
    private static final Pattern BASE64 = Pattern.compile("[A-Za-z0-9+/\\s]++={0,2}");
    private static final Pattern TEXT = Pattern.compile("[\\p{Print}\\s\\x80-\\xff]++");

    private Asn1Answer() {}

    /**
     * Returns the content of an answer: decodes Base64 and removes line breaks and blanks behind a structure. PEM stays as it is.
     *
     * @param answer the answer
     * @return the content, not changed otherwise
     * @throws IOException if the answer is empty, compressed with gzip, an HTML or XML page, or another text; the message names that
     */
    public static byte[] content(byte[] answer) throws IOException {
        if (answer.length == 0) {
            throw new IOException("its answer is empty");
        }
        if (answer[0] == SEQUENCE) {
            return withoutLineBreaks(answer);
        }
        if (answer.length > 1 && answer[0] == 0x1f && answer[1] == (byte) 0x8b) {
            throw new IOException(NOT_ASN1 + "it is compressed with gzip");
        }
        String text = new String(answer, StandardCharsets.ISO_8859_1)
                .replace("\0", "")
                .replaceFirst("^(\u00ef\u00bb\u00bf|\u00ff\u00fe|\u00fe\u00ff)", "")
                .strip();
        if (isPem(text)) {
            return answer;
        }
        if (text.startsWith("<")) {
            throw new IOException(NOT_ASN1 + "it is an HTML or XML page");
        }
        byte[] decoded = base64(text);
        if (decoded.length > 0 && decoded[0] == SEQUENCE) {
            return decoded;
        }
        if (TEXT.matcher(text).matches()) {
            throw new IOException(NOT_ASN1 + "it is text");
        }
        return answer;
    }

    private static boolean isPem(String text) {
        return text.contains("-----BEGIN ");
    }

    private static byte[] base64(String text) {
        try {
            return BASE64.matcher(text).matches()
                    ? Base64.getDecoder().decode(text.replaceAll("\\s", ""))
                    : new byte[0];
        } catch (IllegalArgumentException e) {
            // The caller reports it as text.
            return new byte[0];
        }
    }

    private static byte[] withoutLineBreaks(byte[] answer) {
        int end = end(answer);
        for (int i = end; i < answer.length; i++) {
            if (answer[i] != '\r' && answer[i] != '\n' && answer[i] != ' ' && answer[i] != '\t') {
                return answer;
            }
        }
        return end >= answer.length ? answer : Arrays.copyOf(answer, end);
    }

    /** Returns the end of a structure of definite length, or that of the answer if it has none or is cut. */
    private static int end(byte[] answer) {
        int first = answer.length < 2 ? 0x80 : answer[1] & 0xff;
        if (first < 0x80) {
            return Math.min(answer.length, 2 + first);
        }
        int count = first & 0x7f;
        if (count < 1 || count > 4 || answer.length < 2 + count) {
            return answer.length;
        }
        long length = 0;
        for (int i = 0; i < count; i++) {
            length = length << 8 | answer[2 + i] & 0xff;
        }
        return (int) Math.min(answer.length, 2 + count + length);
    }

    /**
     * Reads an answer in BER.
     *
     * @param answer the answer
     * @return its structure
     * @throws IOException if it is not one structure and nothing else
     */
    public static ASN1Primitive ber(byte[] answer) throws IOException {
        byte[] content = content(answer);
        if (content[0] != SEQUENCE && isPem(new String(content, StandardCharsets.ISO_8859_1).replace("\0", ""))) {
            throw new IOException(NOT_ASN1 + "it is PEM");
        }
        try {
            return ASN1Primitive.fromByteArray(content);
        } catch (IOException | RuntimeException e) {
            // Parsers meet hostile bytes with exceptions of any kind.
            throw new IOException(
                    NOT_ASN1 + (e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage()), e);
        }
    }

    /**
     * Reads the {@link #content} of an answer in DER, which becomes part of another structure in DER without any change. Sets may be
     * in any order: some authorities have names with an RDN out of order, and the bytes of an answer are kept.
     *
     * @param content the content
     * @return its structure
     * @throws IOException if it is not one structure in DER, but for the order of sets, and nothing else
     */
    public static ASN1Primitive der(byte[] content) throws IOException {
        ASN1Primitive structure = ber(content);
        if (!Arrays.equals(structure.getEncoded(ASN1Encoding.DL), content)) {
            throw new IOException("its answer is not in DER");
        }
        return structure;
    }
}
