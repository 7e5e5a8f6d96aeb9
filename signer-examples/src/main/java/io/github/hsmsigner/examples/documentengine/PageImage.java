package io.github.hsmsigner.examples.documentengine;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.apache.pdfbox.contentstream.operator.Operator;
import org.apache.pdfbox.cos.COSBase;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDPage;
import org.apache.pdfbox.rendering.ImageType;
import org.apache.pdfbox.rendering.PDFRenderer;
import org.apache.pdfbox.rendering.PageDrawer;
import org.apache.pdfbox.rendering.PageDrawerParameters;

/** Draws pages as a reader sees them. */
final class PageImage {

    private static final float HIGHEST_IMAGE = 4000;

    private PageImage() {}

    /** Draws a page with a width, or less if the image would be too high. Ends when its thread is interrupted. */
    static BufferedImage draw(PDDocument document, int pageIndex, int width) throws IOException {
        PDPage page = document.getPage(pageIndex);
        boolean turned = PlaceOnPage.rotation(page) % 180 != 0;
        float pageWidth =
                turned ? page.getCropBox().getHeight() : page.getCropBox().getWidth();
        float pageHeight =
                turned ? page.getCropBox().getWidth() : page.getCropBox().getHeight();
        float scale = Math.min(width / pageWidth, HIGHEST_IMAGE / pageHeight);
        return new InterruptibleRenderer(document).renderImage(pageIndex, scale, ImageType.RGB);
    }

    private static final class InterruptibleRenderer extends PDFRenderer {

        InterruptibleRenderer(PDDocument document) {
            super(document);
        }

        @Override
        protected PageDrawer createPageDrawer(PageDrawerParameters parameters) throws IOException {
            return new InterruptibleDrawer(parameters);
        }
    }

    private static final class InterruptibleDrawer extends PageDrawer {

        InterruptibleDrawer(PageDrawerParameters parameters) throws IOException {
            super(parameters);
        }

        @Override
        protected void processOperator(Operator operator, List<COSBase> operands) throws IOException {
            if (Thread.currentThread().isInterrupted()) {
                throw new CancellationException();
            }
            super.processOperator(operator, operands);
        }
    }
}
