package io.github.hsmsigner.examples.documentengine;

import io.github.hsmsigner.pdf.PdfException;
import io.github.hsmsigner.pdf.SignablePdf;
import java.io.IOException;
import org.apache.pdfbox.io.RandomAccessReadBuffer;
import org.apache.pdfbox.pdmodel.PDDocument;

/** Opens PDFs with the checks of {@code signer-pdf}. */
final class PdfFile {

    private static final char[] NO_PASSWORD = {};

    private PdfFile() {}

    /** A piece of work with a PDF. */
    @FunctionalInterface
    interface Work<T> {
        T with(PDDocument document) throws IOException;
    }

    /** Opens a PDF for a piece of work. If it cannot be done, the error is a sentence. */
    static <T> T open(byte[] file, String problem, Work<T> work) {
        try (PDDocument document = SignablePdf.open(new RandomAccessReadBuffer(file), NO_PASSWORD)) {
            return work.with(document);
        } catch (ApiException e) {
            throw e;
        } catch (PdfException e) {
            throw ApiException.badRequest(sentence(e), e);
        } catch (IOException | RuntimeException | StackOverflowError e) {
            // PDFBox throws many of them for damaged documents.
            throw ApiException.badRequest(problem, e);
        }
    }

    private static String sentence(PdfException e) {
        return e.reason() == PdfException.Reason.PASSWORD_REQUIRED
                ? "The PDF is encrypted with a password. The stand-in opens only PDFs that need none."
                : e.getMessage();
    }

    /** Refuses a file that cannot be signed. */
    static void requirePdf(byte[] file) {
        if (file.length == 0) {
            throw ApiException.badRequest("The file is empty. A PDF is expected.");
        }
        open(file, "The PDF cannot be read.", PDDocument::getVersion);
    }
}
