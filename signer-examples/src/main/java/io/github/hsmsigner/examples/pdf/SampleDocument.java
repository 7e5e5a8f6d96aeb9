package io.github.hsmsigner.examples.pdf;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDPage;
import org.apache.pdfbox.pdmodel.PDPageContentStream;
import org.apache.pdfbox.pdmodel.PDPageContentStream.AppendMode;
import org.apache.pdfbox.pdmodel.common.PDRectangle;
import org.apache.pdfbox.pdmodel.font.PDType1Font;
import org.apache.pdfbox.pdmodel.font.Standard14Fonts.FontName;

/**
 * A PDF of one page, headed "Agreement". The page is not compressed, so that anybody can change a word with a text editor and see
 * a signature break.
 */
public final class SampleDocument {

    private static final int MARGIN = 72;
    private static final int FIRST_LINE = 740;

    private SampleDocument() {}

    /**
     * Writes the document to a file.
     *
     * @param file the file, which must not exist
     * @throws IOException if it exists, or cannot be written
     */
    public static void write(Path file) throws IOException {
        try (OutputStream out = Files.newOutputStream(file, StandardOpenOption.CREATE_NEW)) {
            write(out);
        }
    }

    /**
     * Writes the document to a stream, which is left open.
     *
     * @param out where to write
     * @throws IOException if it cannot be written
     */
    public static void write(OutputStream out) throws IOException {
        try (PDDocument document = new PDDocument()) {
            PDPage page = new PDPage(PDRectangle.A4);
            document.addPage(page);
            boolean compress = false;
            try (PDPageContentStream content =
                    new PDPageContentStream(document, page, AppendMode.OVERWRITE, compress)) {
                content.beginText();
                content.newLineAtOffset(MARGIN, FIRST_LINE);
                content.setFont(new PDType1Font(FontName.HELVETICA_BOLD), 20);
                content.showText("Agreement");
                content.newLineAtOffset(0, -40);
                content.setFont(new PDType1Font(FontName.HELVETICA), 12);
                content.showText("This page is here to be signed.");
                content.endText();
            }
            document.save(out);
        }
    }
}
