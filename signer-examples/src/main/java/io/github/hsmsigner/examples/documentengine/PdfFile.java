package io.github.hsmsigner.examples.documentengine;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.apache.pdfbox.Loader;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.encryption.InvalidPasswordException;

/** Checks uploaded files. */
final class PdfFile {

    /** Where readers look for the header. */
    private static final int HEADER_AREA = 1024;

    private PdfFile() {}

    /** Refuses a file that is not a PDF, or that cannot be opened. */
    static void requirePdf(byte[] file) {
        if (file.length == 0) {
            throw ApiException.badRequest("The file is empty. A PDF is expected.");
        }
        String start = new String(file, 0, Math.min(file.length, HEADER_AREA), StandardCharsets.ISO_8859_1);
        if (!start.contains("%PDF-")) {
            throw ApiException.badRequest("The file is not a PDF.");
        }
        try (PDDocument document = Loader.loadPDF(file)) {
            if (document.getNumberOfPages() == 0) {
                throw ApiException.badRequest("The PDF has no page.");
            }
        } catch (InvalidPasswordException e) {
            throw ApiException.badRequest("The PDF opens with a password only.", e);
        } catch (IOException e) {
            throw ApiException.badRequest("The PDF is damaged.", e);
        }
    }
}
