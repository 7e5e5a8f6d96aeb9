package io.github.hsmsigner.examples.documentengine;

import org.apache.pdfbox.cos.COSArray;
import org.apache.pdfbox.cos.COSBase;
import org.apache.pdfbox.cos.COSDictionary;
import org.apache.pdfbox.cos.COSName;
import org.apache.pdfbox.pdmodel.PDDocument;

/** A certification signature, which may forbid every later change (ISO 32000-2, 12.8.2.2). */
final class Certification {

    private static final COSName DOC_MDP = COSName.getPDFName("DocMDP");
    private static final COSName TRANSFORM_METHOD = COSName.getPDFName("TransformMethod");
    private static final int NO_CHANGES = 1;
    private static final int CHANGES_BY_DEFAULT = 2;

    private Certification() {}

    /** Refuses a document whose certification allows no signature. */
    static void requireChangesAllowed(PDDocument document) {
        COSDictionary permissions = document.getDocumentCatalog().getCOSObject().getCOSDictionary(COSName.PERMS);
        COSDictionary certification = permissions == null ? null : permissions.getCOSDictionary(DOC_MDP);
        COSArray references = certification == null ? null : certification.getCOSArray(COSName.getPDFName("Reference"));
        if (references == null) {
            return;
        }
        for (int i = 0; i < references.size(); i++) {
            COSBase reference = references.getObject(i);
            if (reference instanceof COSDictionary dictionary
                    && DOC_MDP.equals(dictionary.getCOSName(TRANSFORM_METHOD))
                    && changesAllowed(dictionary) == NO_CHANGES) {
                throw ApiException.badRequest(
                        "The PDF carries a certification that allows no changes, so no signature either.");
            }
        }
    }

    private static int changesAllowed(COSDictionary reference) {
        COSDictionary parameters = reference.getCOSDictionary(COSName.getPDFName("TransformParams"));
        return parameters == null ? CHANGES_BY_DEFAULT : parameters.getInt(COSName.P, CHANGES_BY_DEFAULT);
    }
}
