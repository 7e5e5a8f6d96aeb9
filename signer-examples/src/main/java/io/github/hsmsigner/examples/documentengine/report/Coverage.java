package io.github.hsmsigner.examples.documentengine.report;

import eu.europa.esig.dss.diagnostic.PDFRevisionWrapper;
import eu.europa.esig.dss.diagnostic.SignatureWrapper;

/** How much of a document a signature covers, and what came after it. */
enum Coverage {
    WHOLE(true, "The whole document."),
    VALIDATION_DATA_ADDED(true, "The whole document, but for validation data that was added later."),
    SIGNATURES_ADDED(true, "The document as it was then; signatures or form entries were added later."),
    ANNOTATIONS_CHANGED(false, "The document as it was then; annotations were changed later."),
    CHANGED(false, "The document as it was then; other changes were made later.");

    private final boolean allowed;
    private final String words;

    Coverage(boolean allowed, String words) {
        this.allowed = allowed;
        this.words = words;
    }

    static Coverage of(SignatureWrapper signature, boolean toTheEnd) {
        PDFRevisionWrapper revision = signature.getPDFRevision();
        if (toTheEnd) {
            return WHOLE;
        }
        if (!revision.getPdfUndefinedChanges().isEmpty()) {
            return CHANGED;
        }
        if (!revision.getPdfAnnotationChanges().isEmpty()) {
            return ANNOTATIONS_CHANGED;
        }
        return revision.getPdfSignatureOrFormFillChanges().isEmpty() ? VALIDATION_DATA_ADDED : SIGNATURES_ADDED;
    }

    boolean allowed() {
        return allowed;
    }

    String words() {
        return words;
    }
}
