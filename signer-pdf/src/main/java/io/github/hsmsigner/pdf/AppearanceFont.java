package io.github.hsmsigner.pdf;

import io.github.hsmsigner.pdf.PdfException.Reason;
import java.awt.Font;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.OptionalInt;
import org.apache.pdfbox.io.RandomAccessReadBuffer;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.font.PDFont;
import org.apache.pdfbox.pdmodel.font.PDType0Font;
import org.jspecify.annotations.Nullable;

/** Selects and embeds the font of an appearance. */
final class AppearanceFont {

    /** The font that PDFBox has for fonts that are not embedded and not installed. */
    private static final String DEFAULT = "/org/apache/pdfbox/resources/ttf/LiberationSans-Regular.ttf";

    private AppearanceFont() {}

    /** Returns a font that has all characters of a text. The document embeds the glyphs that are used. */
    static PDFont forText(PDDocument document, byte @Nullable [] file, List<String> lines) throws IOException {
        String text = String.join("", lines);
        char[] characters = text.toCharArray();
        if (Font.textRequiresLayout(characters, 0, characters.length)) {
            throw new PdfException(
                    Reason.INVALID_APPEARANCE,
                    "The text has characters of a script that PDFBox cannot lay out, such as Arabic or Devanagari."
                            + " Use an image.");
        }
        PDFont font = load(document, file == null ? defaultFont() : file);
        OptionalInt missing = missing(font, text);
        if (missing.isPresent()) {
            throw new PdfException(
                    Reason.INVALID_APPEARANCE,
                    "The font %s has no glyph for U+%04X. Set a font that has it."
                            .formatted(font.getName(), missing.getAsInt()));
        }
        return font;
    }

    private static OptionalInt missing(PDFont font, String text) {
        return text.codePoints()
                .filter(character -> {
                    try {
                        font.encode(Character.toString(character));
                        return false;
                    } catch (IOException | IllegalArgumentException e) {
                        return true;
                    }
                })
                .findFirst();
    }

    private static byte[] defaultFont() throws IOException {
        try (InputStream file = PDFont.class.getResourceAsStream(DEFAULT)) {
            return file.readAllBytes();
        }
    }

    /** Loads a TrueType font. */
    static PDFont load(PDDocument document, byte[] file) {
        try {
            return PDType0Font.load(document, new RandomAccessReadBuffer(file), true, false);
        } catch (IOException | RuntimeException e) {
            throw new PdfException(
                    Reason.INVALID_APPEARANCE,
                    "The font cannot be embedded. It must be a TrueType font (.ttf) that permits embedding.",
                    e);
        }
    }
}
