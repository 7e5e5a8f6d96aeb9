package io.github.hsmsigner.pdf;

import io.github.hsmsigner.pdf.PdfException.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.pdfbox.cos.COSArray;
import org.apache.pdfbox.cos.COSBase;
import org.apache.pdfbox.cos.COSDictionary;
import org.apache.pdfbox.cos.COSName;
import org.apache.pdfbox.cos.COSString;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.interactive.digitalsignature.PDSignature;

/** The changes that signatures permit: DocMDP and FieldMDP (ISO 32000-2, sections 12.8.2.2 and 12.8.2.4). */
final class Modifications {

    private static final COSName DOC_MDP = COSName.getPDFName("DocMDP");
    private static final COSName FIELD_MDP = COSName.getPDFName("FieldMDP");
    private static final COSName REFERENCE = COSName.getPDFName("Reference");
    private static final COSName TRANSFORM_METHOD = COSName.getPDFName("TransformMethod");
    private static final COSName TRANSFORM_PARAMS = COSName.getPDFName("TransformParams");
    private static final COSName ACTION = COSName.getPDFName("Action");
    private static final COSName LOCK = COSName.getPDFName("Lock");
    private static final COSName VERSION = COSName.getPDFName("1.2");
    private static final int NO_CHANGES = 1;
    private static final int CHANGES_BY_DEFAULT = 2;

    private Modifications() {}

    /** Requires that no earlier signature forbids a signature in a field. */
    static void requireAllowed(PDDocument document, Optional<String> fieldName) {
        COSDictionary permissions = document.getDocumentCatalog().getCOSObject().getCOSDictionary(COSName.PERMS);
        COSDictionary certification = permissions == null ? null : permissions.getCOSDictionary(DOC_MDP);
        for (COSDictionary parameters : parameters(certification, DOC_MDP)) {
            if (parameters.getInt(COSName.P, CHANGES_BY_DEFAULT) == NO_CHANGES) {
                throw new PdfException(
                        Reason.CHANGES_FORBIDDEN,
                        "The PDF has a certification signature that permits no changes, so no further signature.");
            }
        }
        for (PDSignature signature : document.getSignatureDictionaries()) {
            for (COSDictionary parameters : parameters(signature.getCOSObject(), FIELD_MDP)) {
                if (fieldName.filter(name -> locks(parameters, name)).isPresent()) {
                    throw new PdfException(
                            Reason.CHANGES_FORBIDDEN,
                            "An earlier signature of the PDF locks the field \"" + fieldName.get() + "\".");
                }
            }
        }
    }

    private static List<COSDictionary> parameters(COSDictionary signature, COSName method) {
        List<COSDictionary> found = new ArrayList<>();
        COSArray references = signature == null ? null : signature.getCOSArray(REFERENCE);
        for (int i = 0; references != null && i < references.size(); i++) {
            if (references.getObject(i) instanceof COSDictionary reference
                    && method.equals(reference.getCOSName(TRANSFORM_METHOD))) {
                COSDictionary parameters = reference.getCOSDictionary(TRANSFORM_PARAMS);
                found.add(parameters == null ? new COSDictionary() : parameters);
            }
        }
        return found;
    }

    private static boolean locks(COSDictionary parameters, String fieldName) {
        String action = parameters.getNameAsString(ACTION, "");
        boolean listed = false;
        COSArray fields = parameters.getCOSArray(COSName.FIELDS);
        for (int i = 0; fields != null && i < fields.size(); i++) {
            COSBase field = fields.getObject(i);
            listed |= field instanceof COSString name
                    && (fieldName.equals(name.getString()) || fieldName.startsWith(name.getString() + "."));
        }
        return switch (action) {
            case "All" -> true;
            case "Include" -> listed;
            case "Exclude" -> !listed;
            default -> false;
        };
    }

    /** Makes a signature the certification signature of a document. */
    static void certify(PDDocument document, PDSignature signature, PdfCertification certification) {
        COSDictionary parameters = new COSDictionary();
        parameters.setInt(COSName.P, certification.permission());
        addReference(signature, DOC_MDP, parameters);
        COSDictionary catalog = document.getDocumentCatalog().getCOSObject();
        COSDictionary permissions = catalog.getCOSDictionary(COSName.PERMS);
        if (permissions == null) {
            permissions = new COSDictionary();
            catalog.setItem(COSName.PERMS, permissions);
        }
        permissions.setItem(DOC_MDP, signature);
        permissions.setNeedToBeUpdated(true);
        catalog.setNeedToBeUpdated(true);
    }

    /** Requires that a document has no signature yet, as a certification demands. */
    static void requireUnsigned(PDDocument document) {
        if (!document.getSignatureDictionaries().isEmpty()) {
            throw new PdfException(
                    Reason.OPTIONS_DO_NOT_FIT,
                    "The PDF is signed already. A certification must be the first signature of a document.");
        }
    }

    /** Locks the form fields that the lock dictionary of a signature field names. */
    static void lock(PDSignature signature, COSDictionary field) {
        COSDictionary lock = field.getCOSDictionary(LOCK);
        if (lock != null) {
            COSDictionary parameters = new COSDictionary();
            parameters.setItem(ACTION, lock.getItem(ACTION));
            if (lock.containsKey(COSName.FIELDS)) {
                parameters.setItem(COSName.FIELDS, lock.getItem(COSName.FIELDS));
            }
            addReference(signature, FIELD_MDP, parameters);
        }
    }

    private static void addReference(PDSignature signature, COSName method, COSDictionary parameters) {
        parameters.setItem(COSName.TYPE, TRANSFORM_PARAMS);
        parameters.setItem(COSName.V, VERSION);
        COSDictionary reference = new COSDictionary();
        reference.setItem(COSName.TYPE, COSName.getPDFName("SigRef"));
        reference.setItem(TRANSFORM_METHOD, method);
        reference.setItem(TRANSFORM_PARAMS, parameters);
        COSArray references = signature.getCOSObject().getCOSArray(REFERENCE);
        if (references == null) {
            references = new COSArray();
            signature.getCOSObject().setItem(REFERENCE, references);
        }
        references.add(reference);
    }
}
