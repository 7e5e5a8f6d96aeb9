package io.github.hsmsigner.examples.documentengine;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDPageContentStream;
import org.apache.pdfbox.pdmodel.common.PDRectangle;
import org.apache.pdfbox.pdmodel.font.PDFont;
import org.apache.pdfbox.pdmodel.font.PDType0Font;

/**
 * Writes lines of text into an area, in an embedded font with the Latin, Greek and Cyrillic letters. Every other
 * character becomes a question mark.
 */
final class AppearanceText {

    private static final String FONT = "/org/apache/pdfbox/resources/ttf/LiberationSans-Regular.ttf";
    private static final float UNITS_PER_EM = 1000;
    private static final float LINE_HEIGHT = 1.25f;
    private static final float ASCENT = 0.9f;

    private final PDFont font;

    AppearanceText(PDDocument document) throws IOException {
        try (InputStream file = PDFont.class.getResourceAsStream(FONT)) {
            font = PDType0Font.load(document, file, true);
        }
    }

    /** Writes lines one below the other, in the middle of the height, as large as they fit and not larger than that. */
    void write(PDPageContentStream content, List<String> lines, PDRectangle area, float largest) throws IOException {
        List<String> writable = lines.stream().map(this::writable).toList();
        float widest = 1;
        for (String line : writable) {
            widest = Math.max(widest, font.getStringWidth(line) / UNITS_PER_EM);
        }
        float size = Math.min(
                largest, Math.min(area.getWidth() / widest, area.getHeight() / (LINE_HEIGHT * writable.size())));
        float free = area.getHeight() - size * LINE_HEIGHT * writable.size();
        content.beginText();
        content.setFont(font, size);
        content.setLeading(size * LINE_HEIGHT);
        content.newLineAtOffset(area.getLowerLeftX(), area.getUpperRightY() - free / 2 - size * ASCENT);
        for (String line : writable) {
            content.showText(line);
            content.newLine();
        }
        content.endText();
    }

    private String writable(String line) {
        StringBuilder text = new StringBuilder();
        line.codePoints()
                .map(character -> Character.isISOControl(character) ? ' ' : character)
                .mapToObj(Character::toString)
                .forEach(character -> text.append(inFont(character) ? character : "?"));
        return text.toString();
    }

    private boolean inFont(String character) {
        try {
            font.encode(character);
            return true;
        } catch (IOException | IllegalArgumentException e) {
            return false;
        }
    }
}
