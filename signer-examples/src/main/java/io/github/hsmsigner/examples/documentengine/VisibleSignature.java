package io.github.hsmsigner.examples.documentengine;

import java.io.IOException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDPageContentStream;
import org.apache.pdfbox.pdmodel.PDResources;
import org.apache.pdfbox.pdmodel.common.PDRectangle;
import org.apache.pdfbox.pdmodel.graphics.state.PDExtendedGraphicsState;
import org.apache.pdfbox.pdmodel.interactive.annotation.PDAnnotationWidget;
import org.apache.pdfbox.pdmodel.interactive.annotation.PDAppearanceDictionary;
import org.apache.pdfbox.pdmodel.interactive.annotation.PDAppearanceStream;
import org.apache.pdfbox.util.Matrix;

/** Draws what readers see of a signature on the page: the signature at the left, its description at the right, or one of them. */
final class VisibleSignature {

    private static final DateTimeFormatter DATE =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT).withZone(ZoneOffset.UTC);
    private static final float MARGIN = 4;
    private static final float LARGEST_NAME = 28;
    private static final float LARGEST_DESCRIPTION = 11;
    private static final float WATERMARK_OPACITY = 0.25f;
    private static final float INK = 0.12f;

    private final Appearance appearance;
    private final SignatureMetadata metadata;
    private final AppearanceImages images;

    VisibleSignature(Appearance appearance, SignatureMetadata metadata, AppearanceImages images) {
        this.appearance = appearance;
        this.metadata = metadata;
        this.images = images;
    }

    /** Gives a field its place on the page and what is seen there. */
    void draw(PDDocument document, PDAnnotationWidget widget, PlaceOnPage place, Instant time) throws IOException {
        PDRectangle box = new PDRectangle(place.width(), place.height());
        PDAppearanceStream stream = new PDAppearanceStream(document);
        stream.setResources(new PDResources());
        stream.setBBox(box);
        stream.setMatrix(
                Matrix.getRotateInstance(Math.toRadians(place.rotation()), 0, 0).createAffineTransform());
        try (PDPageContentStream content = new PDPageContentStream(document, stream)) {
            drawWatermark(document, content, box);
            drawParts(document, content, inner(box), time);
        }
        PDAppearanceDictionary dictionary = new PDAppearanceDictionary();
        dictionary.setNormalAppearance(stream);
        widget.setRectangle(place.rectangle());
        widget.setAppearance(dictionary);
        widget.setPrinted(true);
    }

    private void drawWatermark(PDDocument document, PDPageContentStream content, PDRectangle box) throws IOException {
        if (!appearance.showWatermark() || images.watermark().isEmpty()) {
            return;
        }
        PDExtendedGraphicsState pale = new PDExtendedGraphicsState();
        pale.setNonStrokingAlphaConstant(WATERMARK_OPACITY);
        content.saveGraphicsState();
        content.setGraphicsStateParameters(pale);
        images.watermark().get().draw(document, content, box);
        content.restoreGraphicsState();
    }

    private void drawParts(PDDocument document, PDPageContentStream content, PDRectangle area, Instant time)
            throws IOException {
        AppearanceText text = new AppearanceText(document);
        content.setNonStrokingColor(INK);
        List<String> description = appearance.mode().description() ? description(time) : List.of();
        boolean both = appearance.mode().signature() && !description.isEmpty();
        if (appearance.mode().signature()) {
            drawSignature(document, content, text, both ? half(area, 0) : area);
        }
        if (!description.isEmpty()) {
            text.write(content, description, both ? half(area, 1) : area, LARGEST_DESCRIPTION);
        }
    }

    private void drawSignature(PDDocument document, PDPageContentStream content, AppearanceText text, PDRectangle area)
            throws IOException {
        if (images.graphic().isPresent()) {
            images.graphic().get().draw(document, content, area);
        } else if (metadata.signerName().isPresent()) {
            text.write(content, List.of(metadata.signerName().get()), area, LARGEST_NAME);
        }
    }

    private List<String> description(Instant time) {
        List<String> lines = new ArrayList<>();
        if (appearance.showSigner()) {
            metadata.signerName().ifPresent(name -> lines.add("Digitally signed by " + name));
        }
        if (appearance.showSignDate()) {
            lines.add("Date: " + DATE.format(time) + (appearance.showDateTimezone() ? " UTC" : ""));
        }
        if (appearance.showReason()) {
            metadata.reason().ifPresent(reason -> lines.add("Reason: " + reason));
        }
        if (appearance.showLocation()) {
            metadata.location().ifPresent(location -> lines.add("Location: " + location));
        }
        return lines;
    }

    private static PDRectangle inner(PDRectangle box) {
        float margin = Math.min(MARGIN, Math.min(box.getWidth(), box.getHeight()) / 4);
        return new PDRectangle(margin, margin, box.getWidth() - 2 * margin, box.getHeight() - 2 * margin);
    }

    private static PDRectangle half(PDRectangle area, int which) {
        float gap = Math.min(MARGIN, area.getWidth() / 4);
        float width = (area.getWidth() - gap) / 2;
        return new PDRectangle(
                area.getLowerLeftX() + which * (width + gap), area.getLowerLeftY(), width, area.getHeight());
    }
}
