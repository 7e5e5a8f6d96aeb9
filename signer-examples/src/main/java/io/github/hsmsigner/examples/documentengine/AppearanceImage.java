package io.github.hsmsigner.examples.documentengine;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.apache.pdfbox.Loader;
import org.apache.pdfbox.multipdf.LayerUtility;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDPageContentStream;
import org.apache.pdfbox.pdmodel.common.PDRectangle;
import org.apache.pdfbox.pdmodel.graphics.form.PDFormXObject;
import org.apache.pdfbox.pdmodel.graphics.image.PDImageXObject;
import org.apache.pdfbox.util.Matrix;

/**
 * A picture that an application sent for a visible signature.
 *
 * @param field the field of the form that it came in
 * @param bytes the file: PNG, JPEG, or a PDF whose first page is the picture
 */
record AppearanceImage(String field, byte[] bytes) {

    /** The media types of the pictures that can be drawn. */
    static final List<String> TYPES = List.of("application/pdf", "image/png", "image/jpeg");

    private static final byte[] PDF = {'%', 'P', 'D', 'F', '-'};
    private static final byte[] PNG = {(byte) 0x89, 'P', 'N', 'G'};
    private static final byte[] JPEG = {(byte) 0xFF, (byte) 0xD8, (byte) 0xFF};

    /** Reads a file of one of the types. If the application named a type, the file must have it. */
    static AppearanceImage of(String field, byte[] bytes, Optional<String> claimedType) {
        AppearanceImage image = new AppearanceImage(field, bytes);
        String type = image.type();
        if (!claimedType.orElse(type).equals(type)) {
            throw ApiException.badRequest("The field \"" + field + "\" holds a picture of type " + type
                    + ", but appearance.contentType says " + claimedType.get() + ".");
        }
        return image;
    }

    private String type() {
        if (startsWith(PDF)) {
            return "application/pdf";
        }
        if (startsWith(PNG)) {
            return "image/png";
        }
        if (startsWith(JPEG)) {
            return "image/jpeg";
        }
        throw ApiException.badRequest(
                "The field \"" + field + "\" must hold a picture, one of " + String.join(", ", TYPES) + ".");
    }

    private boolean startsWith(byte[] start) {
        if (bytes.length < start.length) {
            return false;
        }
        for (int i = 0; i < start.length; i++) {
            if (bytes[i] != start[i]) {
                return false;
            }
        }
        return true;
    }

    /** Draws the picture in the middle of an area, as large as it can be without being distorted. */
    void draw(PDDocument document, PDPageContentStream content, PDRectangle area) throws IOException {
        try {
            if (startsWith(PDF)) {
                drawPage(document, content, area);
            } else {
                PDImageXObject image = PDImageXObject.createFromByteArray(document, bytes, field);
                Matrix place = place(image.getWidth(), image.getHeight(), area);
                content.drawImage(
                        image,
                        place.getTranslateX(),
                        place.getTranslateY(),
                        place.getScaleX() * image.getWidth(),
                        place.getScaleY() * image.getHeight());
            }
        } catch (IOException | IllegalArgumentException e) {
            throw ApiException.badRequest("The picture in the field \"" + field + "\" is damaged.", e);
        }
    }

    private void drawPage(PDDocument document, PDPageContentStream content, PDRectangle area) throws IOException {
        try (PDDocument picture = Loader.loadPDF(bytes)) {
            PDFormXObject form = new LayerUtility(document).importPageAsForm(picture, 0);
            PDRectangle box = form.getBBox();
            content.saveGraphicsState();
            content.transform(place(box.getWidth(), box.getHeight(), area));
            content.transform(Matrix.getTranslateInstance(-box.getLowerLeftX(), -box.getLowerLeftY()));
            content.drawForm(form);
            content.restoreGraphicsState();
        }
    }

    private static Matrix place(float width, float height, PDRectangle area) {
        float scale = Math.min(area.getWidth() / width, area.getHeight() / height);
        Matrix place = Matrix.getTranslateInstance(
                area.getLowerLeftX() + (area.getWidth() - scale * width) / 2,
                area.getLowerLeftY() + (area.getHeight() - scale * height) / 2);
        place.scale(scale, scale);
        return place;
    }
}
