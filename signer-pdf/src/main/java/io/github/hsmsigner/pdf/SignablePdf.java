package io.github.hsmsigner.pdf;

import java.io.IOException;
import java.util.Objects;
import java.util.Optional;
import org.apache.pdfbox.io.RandomAccessRead;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.jspecify.annotations.Nullable;

/**
 * The checks of {@link PdfSigner}, for programs that sign with PDFBox or that check a file before they accept it. Stateless
 * and thread-safe.
 */
public final class SignablePdf {

    private SignablePdf() {}

    /**
     * Opens a PDF that PDFBox can sign with an incremental update. Refuses a PDF that other readers could not open after that:
     * for example, one whose cross-reference table is damaged, or an encrypted one without an ID.
     *
     * @param source the file; the document closes it
     * @param password the password of the owner or user, or an empty array
     * @return the document, which the caller must close
     * @throws IOException if the file cannot be read
     * @throws PdfException if the file cannot be signed
     */
    public static PDDocument open(RandomAccessRead source, char[] password) throws IOException {
        return InputPdf.open(Objects.requireNonNull(source, "source"), Objects.requireNonNull(password, "password"));
    }

    /**
     * Requires that the earlier signatures of a document permit a further one (DocMDP and FieldMDP; ISO 32000-2, sections
     * 12.8.2.2 and 12.8.2.4).
     *
     * @param document the document
     * @param fieldName the fully qualified name of the field to sign, or null for a new field
     * @throws PdfException with {@link PdfException.Reason#CHANGES_FORBIDDEN} if they forbid it
     */
    public static void requireChangesAllowed(PDDocument document, @Nullable String fieldName) {
        InputPdf.pdfBox(() -> {
            Modifications.requireAllowed(document, Optional.ofNullable(fieldName));
            return null;
        });
    }
}
