package io.github.hsmsigner.examples.documentengine;

import java.util.List;
import java.util.Optional;

/**
 * The option {@code position}: where a signature's field is. Immutable.
 *
 * @param pageIndex the page, counted from 0
 * @param box its place on the page, if it is to be seen
 */
record Position(int pageIndex, Optional<Box> box) {

    private static final String PAGE_INDEX = "pageIndex";
    private static final String RECT = "rect";
    private static final String RECT_FORM =
            "an array of four numbers, [left, top, width, height] in points from the page's "
                    + "upper left corner, with a width and a height greater than 0";
    private static final int RECT_SIZE = 4;

    /** A place on a page as it is displayed, in points from its upper left corner. */
    record Box(double left, double top, double width, double height) {}

    static Position parse(Options options) {
        options.requireOnly(List.of(PAGE_INDEX, RECT));
        int pageIndex = options.number(PAGE_INDEX, 0, Integer.MAX_VALUE, "the number of a page, counted from 0")
                .orElse(0);
        return new Position(
                pageIndex, options.numbers(RECT, RECT_SIZE, RECT_FORM).map(rect -> box(options, rect)));
    }

    private static Box box(Options options, List<Double> rect) {
        Box box = new Box(rect.get(0), rect.get(1), rect.get(2), rect.get(3));
        if (box.width() <= 0 || box.height() <= 0) {
            throw options.mustBe(RECT, RECT_FORM);
        }
        return box;
    }
}
