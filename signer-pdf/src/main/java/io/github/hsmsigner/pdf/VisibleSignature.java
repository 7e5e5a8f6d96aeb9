package io.github.hsmsigner.pdf;

import io.github.hsmsigner.pdf.PdfException.Reason;
import java.awt.geom.AffineTransform;
import java.io.IOException;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.apache.pdfbox.cos.COSName;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDPageContentStream;
import org.apache.pdfbox.pdmodel.PDResources;
import org.apache.pdfbox.pdmodel.common.PDRectangle;
import org.apache.pdfbox.pdmodel.font.PDFont;
import org.apache.pdfbox.pdmodel.interactive.annotation.PDAnnotationWidget;
import org.apache.pdfbox.pdmodel.interactive.annotation.PDAppearanceDictionary;
import org.apache.pdfbox.pdmodel.interactive.annotation.PDAppearanceStream;
import org.apache.pdfbox.pdmodel.interactive.digitalsignature.PDSignature;

/** The visible part of one signature: draws the appearance of its widget (ISO 32000-2, section 12.5.5). */
final class VisibleSignature {

    private static final float LARGEST_PADDING = 4;
    private static final float PADDING_SHARE = 0.1f;
    private static final int QUARTER = 90;

    private final PDDocument document;
    private final PdfAppearance appearance;
    private final Placement placement;
    private final String signerName;
    private final List<String> lines;

    /**
     * Prepares the appearance of a signature.
     *
     * @param signerName the name of the signer
     */
    VisibleSignature(
            PDDocument document,
            PdfAppearance appearance,
            Placement placement,
            PDSignature signature,
            String signerName) {
        this.document = document;
        this.appearance = appearance;
        this.placement = placement;
        this.signerName = signerName;
        List<String> text = TextTemplate.lines(appearance.text(), values(signature));
        this.lines = text.stream().allMatch(String::isBlank) ? List.of() : text;
        if (appearance.image().isEmpty() && lines.isEmpty()) {
            throw new PdfException(
                    Reason.INVALID_APPEARANCE,
                    "The appearance is empty: its text has only placeholders, and the signature has no value for them.");
        }
    }

    private Map<String, String> values(PDSignature signature) {
        ZoneId zone = Objects.requireNonNullElse(appearance.dateFormat().getZone(), ZoneOffset.UTC);
        ZonedDateTime date = signature.getSignDate().toInstant().atZone(zone);
        Map<String, String> values = new HashMap<>();
        values.put(TextTemplate.NAME, signerName);
        values.put(TextTemplate.DATE, appearance.dateFormat().format(date));
        Optional.ofNullable(signature.getReason()).ifPresent(reason -> values.put(TextTemplate.REASON, reason));
        Optional.ofNullable(signature.getLocation()).ifPresent(location -> values.put(TextTemplate.LOCATION, location));
        return values;
    }

    /** Returns the text for readers that cannot show the appearance. */
    String alternateText() {
        return lines.isEmpty() ? signerName : String.join(", ", lines);
    }

    /** Gives a widget its place and its appearance. */
    void draw(PDAnnotationWidget widget) throws IOException {
        PDRectangle box = new PDRectangle(placement.width(), placement.height());
        PDAppearanceStream stream = new PDAppearanceStream(document);
        stream.setResources(new PDResources());
        stream.setBBox(box);
        stream.setMatrix(AffineTransform.getQuadrantRotateInstance(placement.rotation() / QUARTER));
        try (PDPageContentStream content = new PDPageContentStream(
                document, stream, stream.getContentStream().createOutputStream(COSName.FLATE_DECODE))) {
            draw(content, box);
        }
        PDAppearanceDictionary dictionary = new PDAppearanceDictionary();
        dictionary.setNormalAppearance(stream);
        widget.setAppearance(dictionary);
        widget.setRectangle(placement.rectangle());
        widget.setPrinted(true);
        widget.setLocked(true);
        widget.setHidden(false);
        widget.setInvisible(false);
        widget.setNoView(false);
    }

    private void draw(PDPageContentStream content, PDRectangle box) throws IOException {
        float padding = Math.min(LARGEST_PADDING, PADDING_SHARE * Math.min(box.getWidth(), box.getHeight()));
        float width = box.getWidth() - 2 * padding;
        float height = box.getHeight() - 2 * padding;
        float textLeft = padding;
        Optional<AppearanceImage> picture = appearance.image();
        if (picture.isPresent()) {
            AppearanceImage image = picture.get();
            float imageWidth = lines.isEmpty() ? width : Math.min(height * image.aspectRatio(), width / 2);
            image.draw(document, content, new PDRectangle(padding, padding, imageWidth, height));
            textLeft += imageWidth + padding;
        }
        if (!lines.isEmpty()) {
            PDFont font = AppearanceFont.forText(document, appearance.font(), lines);
            new AppearanceText(font, lines)
                    .write(
                            content,
                            new PDRectangle(textLeft, padding, box.getWidth() - padding - textLeft, height),
                            appearance.fontSize());
        }
    }
}
