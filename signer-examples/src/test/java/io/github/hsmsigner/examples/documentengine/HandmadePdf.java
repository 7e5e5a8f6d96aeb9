package io.github.hsmsigner.examples.documentengine;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/** PDFs from their objects, for documents that PDFBox does not write. */
final class HandmadePdf {

    private HandmadePdf() {}

    /** Objects of a document with one page. */
    static Map<Integer, String> onePage(String mediaBox) {
        return new TreeMap<>(Map.of(
                1, "<</Type/Catalog/Pages 2 0 R>>",
                2, "<</Type/Pages/Kids[3 0 R]/Count 1>>",
                3, "<</Type/Page/Parent 2 0 R/MediaBox" + mediaBox + ">>"));
    }

    /** Objects of a document with one page, and one more object. */
    static Map<Integer, String> onePageAnd(int number, String object) {
        Map<Integer, String> objects = onePage("[0 0 200 200]");
        objects.put(number, object);
        return objects;
    }

    static byte[] of(Map<Integer, String> objects) {
        return of(objects, "");
    }

    static byte[] of(Map<Integer, String> objects, String trailer) {
        StringBuilder pdf = new StringBuilder("%PDF-1.7\n");
        StringBuilder table = new StringBuilder("xref\n0 1\n0000000000 65535 f \n");
        new TreeMap<>(objects).forEach((number, content) -> {
            table.append("%d 1\n%010d 00000 n \n".formatted(number, pdf.length()));
            pdf.append("%d 0 obj\n%s\nendobj\n".formatted(number, content));
        });
        int start = pdf.length();
        long size = new TreeMap<>(objects).lastKey() + 1L;
        pdf.append(table)
                .append("trailer\n<</Root 1 0 R/Size %d%s>>\nstartxref\n%d\n%%%%EOF\n".formatted(size, trailer, start));
        return bytes(pdf.toString());
    }

    /** Replaces the first match. */
    static byte[] replace(byte[] pdf, String regex, String replacement) {
        String text = new String(pdf, StandardCharsets.ISO_8859_1);
        String changed = text.replaceFirst(regex, replacement);
        if (changed.equals(text)) {
            throw new IllegalArgumentException("Nothing is replaced: " + regex);
        }
        return bytes(changed);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
