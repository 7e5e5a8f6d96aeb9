package io.github.hsmsigner.core.certificate;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Iterator;
import java.util.List;

/** One block of a PEM text (RFC 7468), not decoded yet. */
record PemBlock(String label, int line, String base64) {

    private static final String BEGIN = "-----BEGIN ";
    private static final String END = "-----END ";
    private static final String DASHES = "-----";

    /** Finds the blocks of a text, in its order; what stands between them is left out. */
    static List<PemBlock> parse(byte[] text) throws MalformedCertificatesException {
        List<PemBlock> blocks = new ArrayList<>();
        // Latin-1 takes every byte, so that text around the blocks never makes a file unreadable.
        Iterator<String> lines =
                new String(text, StandardCharsets.ISO_8859_1).lines().iterator();
        for (int number = 1; lines.hasNext(); number++) {
            String line = withoutMark(lines.next()).strip();
            if (line.startsWith(END)) {
                throw new MalformedCertificatesException("line " + number + " ends a block that was not begun");
            }
            if (!line.startsWith(BEGIN) || !line.endsWith(DASHES)) {
                continue;
            }
            String label = line.substring(BEGIN.length(), line.length() - DASHES.length());
            int begin = number;
            StringBuilder base64 = new StringBuilder();
            for (line = next(lines, label, begin);
                    !line.equals(END + label + DASHES);
                    line = next(lines, label, begin)) {
                if (line.startsWith(DASHES)) {
                    throw new MalformedCertificatesException(
                            "the " + label + " block of line " + begin + " is not ended before another line of dashes");
                }
                base64.append(line);
                number++;
            }
            number++;
            blocks.add(new PemBlock(label, begin, base64.toString()));
        }
        return blocks;
    }

    private static String next(Iterator<String> lines, String label, int begin) throws MalformedCertificatesException {
        if (!lines.hasNext()) {
            throw new MalformedCertificatesException("the " + label + " block of line " + begin + " has no end");
        }
        return lines.next().strip();
    }

    /** Some editors begin a file with a byte order mark; these are its three bytes in Latin-1. */
    private static String withoutMark(String line) {
        return line.startsWith("\u00ef\u00bb\u00bf") ? line.substring(3) : line;
    }

    byte[] decode() throws MalformedCertificatesException {
        try {
            return Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            throw new MalformedCertificatesException(
                    "the " + label + " block of line " + line + " is not Base64: " + e.getMessage(), e);
        }
    }
}
