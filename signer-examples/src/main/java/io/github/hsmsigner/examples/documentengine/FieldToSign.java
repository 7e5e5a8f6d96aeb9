package io.github.hsmsigner.examples.documentengine;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.pdfbox.cos.COSName;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDPage;
import org.apache.pdfbox.pdmodel.common.PDRectangle;
import org.apache.pdfbox.pdmodel.interactive.annotation.PDAnnotation;
import org.apache.pdfbox.pdmodel.interactive.annotation.PDAnnotationWidget;
import org.apache.pdfbox.pdmodel.interactive.digitalsignature.PDSignature;
import org.apache.pdfbox.pdmodel.interactive.form.PDAcroForm;
import org.apache.pdfbox.pdmodel.interactive.form.PDField;
import org.apache.pdfbox.pdmodel.interactive.form.PDSignatureField;

/**
 * The field that a signature goes into: one that the document has, or a new one.
 *
 * @param existing the field of the document, if one was named
 * @param pageIndex its page, counted from 0
 * @param place its place there, if it is to be seen
 */
record FieldToSign(Optional<PDSignatureField> existing, int pageIndex, Optional<PlaceOnPage> place) {

    static FieldToSign choose(PDDocument document, SignOptions options) throws IOException {
        if (options.formFieldName().isPresent()) {
            return named(document, options.formFieldName().get());
        }
        if (options.position().isEmpty()) {
            return new FieldToSign(Optional.empty(), 0, Optional.empty());
        }
        Position position = options.position().get();
        if (position.pageIndex() >= document.getNumberOfPages()) {
            throw ApiException.badRequest("position.pageIndex must be less than " + document.getNumberOfPages()
                    + ", the number of pages of the document.");
        }
        PDPage page = document.getPage(position.pageIndex());
        return new FieldToSign(
                Optional.empty(), position.pageIndex(), position.box().map(box -> PlaceOnPage.of(page, position, box)));
    }

    private static FieldToSign named(PDDocument document, String name) throws IOException {
        PDAcroForm form = document.getDocumentCatalog().getAcroForm();
        PDField field = form == null ? null : form.getField(name);
        if (!(field instanceof PDSignatureField signatureField)) {
            throw ApiException.badRequest(
                    "formFieldName must be the name of an unsigned signature field; the document has " + names(document)
                            + ".");
        }
        if (signatureField.getSignature() != null) {
            throw ApiException.badRequest("The field that formFieldName names is signed already.");
        }
        return existing(document, signatureField);
    }

    private static FieldToSign existing(PDDocument document, PDSignatureField field) throws IOException {
        PDAnnotationWidget widget = field.getWidgets().get(0);
        int pageIndex = pageOf(document, widget);
        PDRectangle rectangle = widget.getRectangle();
        boolean seen = rectangle != null && rectangle.getWidth() > 0 && rectangle.getHeight() > 0;
        return new FieldToSign(
                Optional.of(field),
                pageIndex,
                seen
                        ? Optional.of(new PlaceOnPage(rectangle, PlaceOnPage.rotation(document.getPage(pageIndex))))
                        : Optional.empty());
    }

    /** Returns the signature fields of the document that are not signed yet. */
    static List<FieldToSign> unsigned(PDDocument document) throws IOException {
        List<FieldToSign> fields = new ArrayList<>();
        for (PDSignatureField field : document.getSignatureFields()) {
            if (field.getSignature() == null && !field.getWidgets().isEmpty()) {
                fields.add(existing(document, field));
            }
        }
        return fields;
    }

    private static String names(PDDocument document) throws IOException {
        List<String> names = unsigned(document).stream()
                .map(field -> field.existing().orElseThrow().getFullyQualifiedName())
                .toList();
        return names.isEmpty() ? "none" : String.join(", ", names);
    }

    private static int pageOf(PDDocument document, PDAnnotationWidget widget) throws IOException {
        int index = 0;
        for (PDPage page : document.getPages()) {
            for (PDAnnotation annotation : page.getAnnotations()) {
                if (annotation.getCOSObject() == widget.getCOSObject()) {
                    return index;
                }
            }
            index++;
        }
        return 0;
    }

    /** Puts a signature into the field, where PDFBox finds it when it signs the document. */
    void fill(PDSignature signature) {
        existing.ifPresent(field -> field.getCOSObject().setItem(COSName.V, signature));
    }

    /** Returns the one field that holds a signature. */
    static PDSignatureField of(PDDocument document, PDSignature signature) throws IOException {
        for (PDSignatureField field : document.getSignatureFields()) {
            PDSignature value = field.getSignature();
            if (value != null && value.getCOSObject() == signature.getCOSObject()) {
                return field;
            }
        }
        throw new IllegalStateException("The signature was just put into a field");
    }
}
