package io.github.hsmsigner.core.internal.pem;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads PEM texts (RFC 7468) as editors and tools write them: with text around the blocks, indented lines, any line ends, byte order
 * marks, and in UTF-16.
 *
 * <p>A damaged block is an error and never skipped. The caller decides about blocks with other labels. Stateless and thread-safe.
 */
public final class PemText {

    /** A line with another label is text: labels are short and printable. */
    private static final Pattern BEGIN =
            Pattern.compile("-----BEGIN ([A-Za-z0-9 #.,:/+_]+(?:-[A-Za-z0-9 #.,:/+_]+)*)-----");

    private static final int MAX_LINE = 100;
    private static final String END = "-----END ";
    private static final String DASHES = "-----";

    private PemText() {}

    /**
     * Finds the blocks of a text.
     *
     * @param text the text
     * @return the blocks in the order of the text; empty if there is none
     * @throws MalformedPemException if a block is not complete
     */
    public static List<PemBlock> blocks(byte[] text) throws MalformedPemException {
        List<PemBlock> blocks = new ArrayList<>();
        Iterator<String> lines = new String(text, charset(text)).lines().iterator();
        for (int number = 1; lines.hasNext(); number++) {
            String line = withoutMark(lines.next()).strip();
            if (line.startsWith(END)) {
                throw new MalformedPemException("line " + number + " ends a block that was not begun");
            }
            Matcher begin = BEGIN.matcher(line);
            if (line.length() > MAX_LINE || !begin.matches()) {
                continue;
            }
            String label = begin.group(1);
            List<String> content = content(lines, label, number);
            blocks.add(block(label, number, content));
            number += content.size() + 1;
        }
        return blocks;
    }

    /** Latin-1 accepts every byte, so that text around the blocks never makes a file unreadable. */
    private static Charset charset(byte[] text) {
        if (text.length >= 2 && (text[0] == (byte) 0xff && text[1] == (byte) 0xfe || text[0] != 0 && text[1] == 0)) {
            return StandardCharsets.UTF_16LE;
        }
        if (text.length >= 2 && (text[0] == (byte) 0xfe && text[1] == (byte) 0xff || text[0] == 0 && text[1] != 0)) {
            return StandardCharsets.UTF_16BE;
        }
        return StandardCharsets.ISO_8859_1;
    }

    /**
     * Removes byte order marks: one in UTF-16, or the three bytes of one in UTF-8 as Latin-1. Joined files can have
     * several.
     */
    private static String withoutMark(String line) {
        int from = 0;
        while (line.startsWith("\ufeff", from) || line.startsWith("\u00ef\u00bb\u00bf", from)) {
            from += line.charAt(from) == '\ufeff' ? 1 : 3;
        }
        return line.substring(from);
    }

    private static List<String> content(Iterator<String> lines, String label, int begin) throws MalformedPemException {
        List<String> content = new ArrayList<>();
        while (lines.hasNext()) {
            String line = lines.next().strip();
            if (line.equals(END + label + DASHES)) {
                return content;
            }
            if (line.startsWith(DASHES)) {
                throw new MalformedPemException(
                        "the " + label + " block of line " + begin + " is not ended before another line of dashes");
            }
            content.add(line);
        }
        throw new MalformedPemException("the " + label + " block of line " + begin + " has no end");
    }

    /** Headers (RFC 1421, section 4.6) end with an empty line. Base64 has no colon. */
    private static PemBlock block(String label, int line, List<String> content) {
        if (content.isEmpty() || content.get(0).indexOf(':') < 0) {
            return new PemBlock(label, line, List.of(), content);
        }
        int empty = content.indexOf("");
        int headers = empty < 0 ? content.size() : empty;
        int base64 = Math.min(headers + 1, content.size());
        return new PemBlock(label, line, content.subList(0, headers), content.subList(base64, content.size()));
    }
}
