package io.github.hsmsigner.examples.documentengine;

import org.apache.pdfbox.pdmodel.PDPage;
import org.apache.pdfbox.pdmodel.common.PDRectangle;

/**
 * Where a visible signature is, in the coordinates of a PDF page, whose origin is at its lower left before the page is rotated.
 *
 * @param rectangle the place
 * @param rotation by how many degrees the page is turned clockwise when it is displayed: 0, 90, 180 or 270
 */
record PlaceOnPage(PDRectangle rectangle, int rotation) {

    private static final int FULL_TURN = 360;
    private static final int HALF_TURN = 180;
    private static final int QUARTER = 90;

    /** Finds the place of a box that is given as a reader sees the page. */
    static PlaceOnPage of(PDPage page, Position position, Position.Box box) {
        PDRectangle crop = page.getCropBox();
        int rotation = rotation(page);
        boolean turned = rotation % HALF_TURN != 0;
        double displayedWidth = turned ? crop.getHeight() : crop.getWidth();
        double displayedHeight = turned ? crop.getWidth() : crop.getHeight();
        if (box.left() < 0
                || box.top() < 0
                || box.left() + box.width() > displayedWidth
                || box.top() + box.height() > displayedHeight) {
            throw ApiException.badRequest("position.rect must lie on page " + position.pageIndex() + ", which is "
                    + Math.round(displayedWidth) + " by " + Math.round(displayedHeight) + " points.");
        }
        float left = (float) box.left();
        float top = (float) box.top();
        float width = (float) box.width();
        float height = (float) box.height();
        PDRectangle place = switch (rotation) {
            case QUARTER -> new PDRectangle(top, left, height, width);
            case HALF_TURN -> new PDRectangle(crop.getWidth() - left - width, top, width, height);
            case HALF_TURN + QUARTER ->
                new PDRectangle(crop.getWidth() - top - height, crop.getHeight() - left - width, height, width);
            default -> new PDRectangle(left, crop.getHeight() - top - height, width, height);
        };
        return new PlaceOnPage(
                new PDRectangle(
                        crop.getLowerLeftX() + place.getLowerLeftX(),
                        crop.getLowerLeftY() + place.getLowerLeftY(),
                        place.getWidth(),
                        place.getHeight()),
                rotation);
    }

    static int rotation(PDPage page) {
        return Math.floorMod(page.getRotation(), FULL_TURN);
    }

    /** Returns how wide it is as a reader sees it. */
    float width() {
        return rotation % HALF_TURN == 0 ? rectangle.getWidth() : rectangle.getHeight();
    }

    /** Returns how high it is as a reader sees it. */
    float height() {
        return rotation % HALF_TURN == 0 ? rectangle.getHeight() : rectangle.getWidth();
    }
}
