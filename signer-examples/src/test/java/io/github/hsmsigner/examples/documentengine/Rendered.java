package io.github.hsmsigner.examples.documentengine;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.pdfbox.Loader;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.rendering.PDFRenderer;

/** A page as it is seen, one pixel for each point. */
record Rendered(BufferedImage image) {

    private static final int WHITE = 0xFFFFFF;

    static Rendered page(byte[] pdf, int index) {
        try (PDDocument document = Loader.loadPDF(pdf)) {
            return new Rendered(new PDFRenderer(document).renderImage(index));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** How many pixels of an area, given from the upper left corner, are not white. */
    int ink(int left, int top, int width, int height) {
        int ink = 0;
        for (int y = top; y < top + height; y++) {
            for (int x = left; x < left + width; x++) {
                if ((image.getRGB(x, y) & WHITE) != WHITE) {
                    ink++;
                }
            }
        }
        return ink;
    }

    int ink() {
        return ink(0, 0, image.getWidth(), image.getHeight());
    }

    /** How many pixels have exactly that colour. */
    long count(int rgb) {
        long count = 0;
        for (int y = 0; y < image.getHeight(); y++) {
            for (int x = 0; x < image.getWidth(); x++) {
                count += (image.getRGB(x, y) & WHITE) == rgb ? 1 : 0;
            }
        }
        return count;
    }
}
