package io.github.hsmsigner.examples.documentengine;

import java.awt.geom.AffineTransform;
import java.awt.geom.Rectangle2D;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import org.apache.pdfbox.pdfwriter.compress.CompressParameters;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDPage;
import org.apache.pdfbox.pdmodel.PDPageContentStream;
import org.apache.pdfbox.pdmodel.PDPageContentStream.AppendMode;
import org.apache.pdfbox.pdmodel.common.PDRectangle;
import org.apache.pdfbox.pdmodel.interactive.annotation.PDAnnotation;
import org.apache.pdfbox.pdmodel.interactive.annotation.PDAppearanceStream;
import org.apache.pdfbox.pdmodel.interactive.form.PDAcroForm;
import org.apache.pdfbox.util.Matrix;

/**
 * Draws the appearance of forms and annotations on the pages, and removes them. It rewrites the whole document, so it
 * works only for documents without signatures.
 */
final class Flattening {

    private Flattening() {}

    static byte[] flatten(byte[] pdf) {
        return PdfFile.open(pdf, "The PDF is damaged in a place that flatten needs.", Flattening::flatten);
    }

    private static byte[] flatten(PDDocument document) throws IOException {
        if (!document.getSignatureDictionaries().isEmpty()) {
            throw ApiException.badRequest(
                    "The PDF is signed, and flatten would break its signatures; leave flatten out.");
        }
        if (document.isEncrypted()) {
            throw ApiException.badRequest("The stand-in does not flatten encrypted PDFs; leave flatten out.");
        }
        PDAcroForm form = document.getDocumentCatalog().getAcroForm();
        if (form != null) {
            form.flatten();
        }
        for (PDPage page : document.getPages()) {
            flatten(document, page);
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        // A cross-reference stream has no entries for numbers without an object. A table has one for each.
        document.save(out, CompressParameters.DEFAULT_COMPRESSION);
        return out.toByteArray();
    }

    private static void flatten(PDDocument document, PDPage page) throws IOException {
        List<PDAnnotation> annotations = page.getAnnotations();
        if (annotations.isEmpty()) {
            return;
        }
        try (PDPageContentStream content = new PDPageContentStream(document, page, AppendMode.APPEND, true, true)) {
            for (PDAnnotation annotation : annotations) {
                draw(content, annotation);
            }
        }
        page.setAnnotations(List.of());
    }

    private static void draw(PDPageContentStream content, PDAnnotation annotation) throws IOException {
        PDAppearanceStream appearance = annotation.getNormalAppearanceStream();
        PDRectangle place = annotation.getRectangle();
        if (appearance == null
                || appearance.getBBox() == null
                || place == null
                || annotation.isHidden()
                || annotation.isNoView()) {
            return;
        }
        content.saveGraphicsState();
        content.transform(placement(appearance, place));
        content.drawForm(appearance);
        content.restoreGraphicsState();
    }

    /** Returns the matrix that readers find for an appearance (ISO 32000-2, 12.5.5, algorithm 8). */
    private static Matrix placement(PDAppearanceStream appearance, PDRectangle place) {
        Rectangle2D box = appearance
                .getMatrix()
                .createAffineTransform()
                .createTransformedShape(appearance.getBBox().toGeneralPath())
                .getBounds2D();
        AffineTransform placement = new AffineTransform();
        placement.translate(place.getLowerLeftX(), place.getLowerLeftY());
        if (box.getWidth() > 0 && box.getHeight() > 0) {
            placement.scale(place.getWidth() / box.getWidth(), place.getHeight() / box.getHeight());
        }
        placement.translate(-box.getX(), -box.getY());
        return new Matrix(placement);
    }
}
