package io.github.hsmsigner.pdf;

import io.github.hsmsigner.pdf.PdfException.Reason;
import org.apache.pdfbox.cos.COSArray;
import org.apache.pdfbox.cos.COSDictionary;
import org.apache.pdfbox.cos.COSName;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDPage;
import org.apache.pdfbox.pdmodel.common.PDRectangle;
import org.apache.pdfbox.pdmodel.interactive.annotation.PDAnnotationWidget;
import org.apache.pdfbox.pdmodel.interactive.form.PDSignatureField;

/**
 * The place of an appearance.
 *
 * @param rectangle the rectangle in the coordinates of the page (ISO 32000-2, section 8.3.2.3)
 * @param rotation the clockwise rotation of the page when it is displayed: 0, 90, 180 or 270
 */
record Placement(PDRectangle rectangle, int rotation) {

    private static final int QUARTER = 90;
    private static final int HALF = 180;
    private static final int FULL = 360;

    /** Rectangles can exceed a page by this, because its size is a rounded number. */
    private static final float TOLERANCE = 0.1f;

    /** Returns the index of a page. */
    static int pageIndex(PDDocument document, PdfAppearance appearance) {
        int pages = document.getNumberOfPages();
        int number = appearance.page().orElse(1);
        int index = number > 0 ? number - 1 : pages + number;
        if (index < 0 || index >= pages) {
            throw new PdfException(
                    Reason.OPTIONS_DO_NOT_FIT,
                    "The PDF has no page " + number + " for the signature. It has " + pages
                            + (pages == 1 ? " page." : " pages."));
        }
        return index;
    }

    /** Returns the place of an appearance: its rectangle, or that of the field. */
    static Placement of(PDDocument document, PdfAppearance appearance, PDSignatureField field) {
        return appearance
                .rectangle()
                .map(rectangle -> onPage(document.getPage(pageIndex(document, appearance)), rectangle))
                .orElseGet(() -> inField(document, field));
    }

    /** Returns the place of a rectangle of a page as it is displayed. */
    private static Placement onPage(PDPage page, PdfAppearance.Rectangle displayed) {
        PDRectangle box = page.getCropBox();
        int rotation = page.getRotation();
        boolean turned = rotation % HALF != 0;
        float pageWidth = turned ? box.getHeight() : box.getWidth();
        float pageHeight = turned ? box.getWidth() : box.getHeight();
        if (displayed.x() < -TOLERANCE
                || displayed.y() < -TOLERANCE
                || displayed.x() + displayed.width() > pageWidth + TOLERANCE
                || displayed.y() + displayed.height() > pageHeight + TOLERANCE) {
            throw new PdfException(
                    Reason.OPTIONS_DO_NOT_FIT,
                    "The rectangle of the signature is not on its page, which has a width of " + pageWidth
                            + " and a height of " + pageHeight + " points.");
        }
        float x = (float) displayed.x();
        float y = (float) displayed.y();
        float width = (float) displayed.width();
        float height = (float) displayed.height();
        float right = pageWidth - x - width;
        float top = pageHeight - y - height;
        PDRectangle place = switch (rotation) {
            case QUARTER -> new PDRectangle(top, x, height, width);
            case HALF -> new PDRectangle(right, top, width, height);
            case HALF + QUARTER -> new PDRectangle(y, right, height, width);
            default -> new PDRectangle(x, y, width, height);
        };
        return new Placement(
                new PDRectangle(
                        box.getLowerLeftX() + place.getLowerLeftX(),
                        box.getLowerLeftY() + place.getLowerLeftY(),
                        place.getWidth(),
                        place.getHeight()),
                rotation);
    }

    private static Placement inField(PDDocument document, PDSignatureField field) {
        PDAnnotationWidget widget = field.getWidgets().get(0);
        PDRectangle rectangle = widget.getRectangle();
        if (rectangle == null || !(rectangle.getWidth() > 0 && rectangle.getHeight() > 0)) {
            throw new PdfException(
                    Reason.OPTIONS_DO_NOT_FIT,
                    "The signature field \"" + field.getFullyQualifiedName()
                            + "\" has no size, so it cannot show an appearance.");
        }
        return new Placement(rectangle, rotation(document, widget));
    }

    /** Returns the rotation of the widget (ISO 32000-2, table 192), or of its page. */
    private static int rotation(PDDocument document, PDAnnotationWidget widget) {
        COSDictionary characteristics = widget.getCOSObject().getCOSDictionary(COSName.MK);
        int rotation = characteristics == null ? -1 : characteristics.getInt(COSName.R, -1);
        if (rotation % QUARTER == 0) {
            return Math.floorMod(rotation, FULL);
        }
        PDPage page = widget.getPage();
        if (page != null) {
            return page.getRotation();
        }
        for (PDPage candidate : document.getPages()) {
            COSArray annotations = candidate.getCOSObject().getCOSArray(COSName.ANNOTS);
            for (int i = 0; annotations != null && i < annotations.size(); i++) {
                if (annotations.getObject(i) == widget.getCOSObject()) {
                    return candidate.getRotation();
                }
            }
        }
        return 0;
    }

    /** Returns the width as it is displayed. */
    float width() {
        return rotation % HALF == 0 ? rectangle.getWidth() : rectangle.getHeight();
    }

    /** Returns the height as it is displayed. */
    float height() {
        return rotation % HALF == 0 ? rectangle.getHeight() : rectangle.getWidth();
    }
}
