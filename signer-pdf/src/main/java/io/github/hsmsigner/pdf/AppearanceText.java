package io.github.hsmsigner.pdf;

import io.github.hsmsigner.pdf.PdfException.Reason;
import java.io.IOException;
import java.text.BreakIterator;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.pdfbox.pdmodel.PDPageContentStream;
import org.apache.pdfbox.pdmodel.common.PDRectangle;
import org.apache.pdfbox.pdmodel.font.PDFont;

/** Lines of text, which break and shrink until they fit an area. */
final class AppearanceText {

    /** The smallest size of text, in points. */
    static final int MIN_SIZE = 2;

    private static final int MAX_CHARACTERS = 2000;
    private static final float SIZE_STEP = 0.5f;
    private static final float UNITS_PER_EM = 1000;
    private static final float LINE_HEIGHT = 1.25f;
    private static final float ASCENT = 0.95f;

    private final PDFont font;
    private final List<List<Segment>> lines = new ArrayList<>();

    /** A part of a line that does not break. Its widths are for text of size 1. */
    private record Segment(String text, float width, float widthAtEnd) {}

    AppearanceText(PDFont font, List<String> lines) throws IOException {
        this.font = font;
        if (lines.stream().mapToInt(String::length).sum() > MAX_CHARACTERS) {
            throw new PdfException(
                    Reason.INVALID_APPEARANCE, "The text has more than " + MAX_CHARACTERS + " characters.");
        }
        for (String line : lines) {
            this.lines.add(segments(line));
        }
    }

    private List<Segment> segments(String line) throws IOException {
        List<Segment> segments = new ArrayList<>();
        BreakIterator breaks = BreakIterator.getLineInstance(Locale.ROOT);
        breaks.setText(line);
        for (int start = breaks.first(), end = breaks.next();
                end != BreakIterator.DONE;
                start = end, end = breaks.next()) {
            String text = line.substring(start, end);
            segments.add(new Segment(text, width(text), width(text.stripTrailing())));
        }
        return segments;
    }

    private float width(String text) throws IOException {
        return font.getStringWidth(text) / UNITS_PER_EM;
    }

    /** Writes the text at the left of an area, in the middle of its height. */
    void write(PDPageContentStream content, PDRectangle area, float largestSize) throws IOException {
        for (float size = largestSize; size >= MIN_SIZE; size -= SIZE_STEP) {
            Optional<List<String>> broken = broken(area.getWidth() / size);
            float height = broken.map(List::size).orElse(0) * size * LINE_HEIGHT;
            if (broken.isPresent() && height <= area.getHeight()) {
                write(content, area, broken.get(), size, height);
                return;
            }
        }
        throw new PdfException(
                Reason.INVALID_APPEARANCE,
                "The text does not fit the rectangle at a size of " + MIN_SIZE + " points. Use a larger rectangle.");
    }

    private void write(PDPageContentStream content, PDRectangle area, List<String> text, float size, float height)
            throws IOException {
        content.setNonStrokingColor(0f);
        content.beginText();
        content.setFont(font, size);
        content.setLeading(size * LINE_HEIGHT);
        content.newLineAtOffset(
                area.getLowerLeftX(), area.getUpperRightY() - (area.getHeight() - height) / 2 - size * ASCENT);
        for (String line : text) {
            content.showText(line);
            content.newLine();
        }
        content.endText();
    }

    /** Returns the lines for a width, or nothing if a part is wider. */
    private Optional<List<String>> broken(float width) {
        List<String> result = new ArrayList<>();
        for (List<Segment> line : lines) {
            StringBuilder text = new StringBuilder();
            float used = 0;
            for (Segment segment : line) {
                if (segment.widthAtEnd() > width) {
                    return Optional.empty();
                }
                if (used + segment.widthAtEnd() > width) {
                    result.add(text.toString().stripTrailing());
                    text.setLength(0);
                    used = 0;
                }
                text.append(segment.text());
                used += segment.width();
            }
            result.add(text.toString().stripTrailing());
        }
        return Optional.of(result);
    }
}
