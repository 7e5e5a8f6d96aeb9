package io.github.hsmsigner.examples;

import java.io.IOException;
import java.nio.file.Path;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDPage;
import org.apache.pdfbox.pdmodel.PDPageContentStream;
import org.apache.pdfbox.pdmodel.common.PDRectangle;
import org.apache.pdfbox.pdmodel.font.PDType1Font;
import org.apache.pdfbox.pdmodel.font.Standard14Fonts;

/** Makes a PDF of one page, so that there is something to sign. */
final class SampleDocument {

    private static final float MARGIN = 72;
    private static final float TITLE_SIZE = 24;
    private static final float TEXT_SIZE = 12;

    private SampleDocument() {}

    static void write(Path file) throws IOException {
        try (PDDocument document = new PDDocument()) {
            document.getDocumentInformation().setTitle("Sample agreement");
            PDPage page = new PDPage(PDRectangle.A4);
            document.addPage(page);
            try (PDPageContentStream content = new PDPageContentStream(document, page)) {
                float y = page.getMediaBox().getHeight() - 2 * MARGIN;
                line(content, TITLE_SIZE, y, "Sample agreement");
                line(content, TEXT_SIZE, y - 3 * TEXT_SIZE, "Both sides agree that this page is worth signing.");
            }
            document.save(file.toFile());
        }
    }

    private static void line(PDPageContentStream content, float size, float y, String text) throws IOException {
        content.beginText();
        content.setFont(new PDType1Font(Standard14Fonts.FontName.HELVETICA), size);
        content.newLineAtOffset(MARGIN, y);
        content.showText(text);
        content.endText();
    }
}
