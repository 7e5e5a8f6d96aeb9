package io.github.hsmsigner.examples.pdf;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Path2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import org.apache.pdfbox.pdmodel.PDAppearanceContentStream;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDPage;
import org.apache.pdfbox.pdmodel.PDResources;
import org.apache.pdfbox.pdmodel.common.PDRectangle;
import org.apache.pdfbox.pdmodel.font.PDType1Font;
import org.apache.pdfbox.pdmodel.font.Standard14Fonts.FontName;
import org.apache.pdfbox.pdmodel.graphics.image.LosslessFactory;
import org.apache.pdfbox.pdmodel.interactive.annotation.PDAnnotationWidget;
import org.apache.pdfbox.pdmodel.interactive.annotation.PDAppearanceDictionary;
import org.apache.pdfbox.pdmodel.interactive.annotation.PDAppearanceStream;
import org.apache.pdfbox.pdmodel.interactive.form.PDAcroForm;
import org.apache.pdfbox.pdmodel.interactive.form.PDSignatureField;

/**
 * The visible part of a signature: a picture, with lines of text next to it. PDFBox expects it as a separate PDF, from
 * which it copies the signature field. Immutable.
 */
final class VisibleSignature {

    private static final int PICTURE_PIXELS = 256;
    private static final float MARGIN = 6;
    private static final float FONT_SIZE = 10;
    private static final float LINE_HEIGHT = 14;
    private static final Color INK = new Color(0x1F4E8C);

    private final List<String> lines;

    VisibleSignature(List<String> lines) {
        this.lines = List.copyOf(lines);
    }

    /** Returns the template, for a place on a page, in points from its lower left corner. */
    InputStream template(PDRectangle page, PDRectangle place) throws IOException {
        try (PDDocument template = new PDDocument()) {
            PDPage templatePage = new PDPage(page);
            template.addPage(templatePage);
            PDAcroForm form = new PDAcroForm(template);
            template.getDocumentCatalog().setAcroForm(form);
            form.setSignaturesExist(true);
            form.setAppendOnly(true);
            PDSignatureField field = new PDSignatureField(form);
            form.getFields().add(field);
            PDAnnotationWidget widget = field.getWidgets().get(0);
            widget.setPage(templatePage);
            widget.setRectangle(place);
            widget.setPrinted(true);
            PDAppearanceDictionary appearance = new PDAppearanceDictionary();
            appearance.setNormalAppearance(appearance(template, place));
            widget.setAppearance(appearance);
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            template.save(out);
            return new ByteArrayInputStream(out.toByteArray());
        }
    }

    private PDAppearanceStream appearance(PDDocument template, PDRectangle place) throws IOException {
        PDAppearanceStream appearance = new PDAppearanceStream(template);
        appearance.setResources(new PDResources());
        appearance.setBBox(new PDRectangle(place.getWidth(), place.getHeight()));
        float side = place.getHeight() - 2 * MARGIN;
        try (PDAppearanceContentStream content = new PDAppearanceContentStream(appearance)) {
            content.setNonStrokingColor(new float[] {0.95f, 0.97f, 1});
            content.addRect(0, 0, place.getWidth(), place.getHeight());
            content.fill();
            content.drawImage(LosslessFactory.createFromImage(template, picture()), MARGIN, MARGIN, side, side);
            content.beginText();
            content.setNonStrokingColor(new float[] {0});
            content.setFont(new PDType1Font(FontName.HELVETICA), FONT_SIZE);
            content.newLineAtOffset(side + 2 * MARGIN, place.getHeight() / 2 + (lines.size() - 2) * LINE_HEIGHT / 2);
            for (String line : lines) {
                content.showText(line);
                content.newLineAtOffset(0, -LINE_HEIGHT);
            }
            content.endText();
        }
        return appearance;
    }

    /** Draws a seal with a tick. Any picture works, such as one of a handwritten signature. */
    private static BufferedImage picture() {
        BufferedImage picture = new BufferedImage(PICTURE_PIXELS, PICTURE_PIXELS, BufferedImage.TYPE_INT_ARGB);
        Graphics2D graphics = picture.createGraphics();
        try {
            graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
            graphics.setColor(INK);
            graphics.setStroke(new BasicStroke(12));
            graphics.draw(new Ellipse2D.Double(12, 12, 232, 232));
            graphics.setStroke(new BasicStroke(4));
            graphics.draw(new Ellipse2D.Double(32, 32, 192, 192));
            Path2D tick = new Path2D.Double();
            tick.moveTo(80, 132);
            tick.lineTo(116, 168);
            tick.lineTo(180, 92);
            graphics.setStroke(new BasicStroke(22, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
            graphics.draw(tick);
        } finally {
            graphics.dispose();
        }
        return picture;
    }
}
