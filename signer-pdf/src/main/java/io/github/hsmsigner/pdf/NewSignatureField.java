package io.github.hsmsigner.pdf;

import org.apache.pdfbox.cos.COSArray;
import org.apache.pdfbox.cos.COSName;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDPage;
import org.apache.pdfbox.pdmodel.interactive.form.PDAcroForm;
import org.apache.pdfbox.pdmodel.interactive.form.PDSignatureField;

/** Adds signature fields to documents (ISO 32000-2, section 12.7.5.5). */
final class NewSignatureField {

    private NewSignatureField() {}

    /**
     * Adds a field to the form and to the annotations of a page. The other annotations do not change.
     */
    static PDSignatureField add(PDDocument document, int pageIndex) {
        PDAcroForm form = document.getDocumentCatalog().getAcroForm(null);
        if (form == null) {
            form = new PDAcroForm(document);
            document.getDocumentCatalog().setAcroForm(form);
        }
        PDSignatureField field = new PDSignatureField(form);
        COSArray fields = form.getCOSObject().getCOSArray(COSName.FIELDS);
        if (fields == null) {
            fields = new COSArray();
            form.getCOSObject().setItem(COSName.FIELDS, fields);
        }
        fields.add(field.getCOSObject());
        PDPage page = document.getPage(pageIndex);
        field.getWidgets().get(0).setPage(page);
        // A direct array: Acrobat reports a change of the document if an indirect array changes, as PDFBox notes.
        COSArray annotations = new COSArray();
        COSArray earlier = page.getCOSObject().getCOSArray(COSName.ANNOTS);
        for (int i = 0; earlier != null && i < earlier.size(); i++) {
            // The number of an object that does not exist can become that of a new object.
            if (earlier.getObject(i) != null) {
                annotations.add(earlier.get(i));
            }
        }
        annotations.add(field.getCOSObject());
        page.getCOSObject().setItem(COSName.ANNOTS, annotations);
        page.getCOSObject().setNeedToBeUpdated(true);
        return field;
    }
}
