package io.github.hsmsigner.pdf;

import io.github.hsmsigner.pdf.PdfException.Reason;
import java.io.IOException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.jspecify.annotations.Nullable;

/**
 * The visible part of a signature: an image, text, or both side by side, in a rectangle of a page or in an existing
 * field. It is upright as the page is displayed. Immutable, and thread-safe.
 *
 * <p>The rectangle is in points from the lower left corner of the page as readers display it: its crop box, rotated.
 * A point is 1/72 inch, unless the page has another UserUnit.
 */
public final class PdfAppearance {

    /**
     * The default text. The signature replaces {@code {name}}, {@code {date}}, {@code {reason}} and {@code {location}}.
     */
    public static final String DEFAULT_TEXT = """
            Digitally signed by {name}
            Date: {date}
            Reason: {reason}
            Location: {location}""";

    private static final float DEFAULT_FONT_SIZE = 12;
    private static final DateTimeFormatter DEFAULT_DATE_FORMAT =
            DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss 'UTC'", Locale.ROOT);

    private final int page;
    private final @Nullable Rectangle rectangle;
    private final @Nullable AppearanceImage image;
    private final String text;
    private final byte @Nullable [] font;
    private final float fontSize;
    private final DateTimeFormatter dateFormat;

    private PdfAppearance(Builder builder) {
        this.page = builder.page;
        this.rectangle = builder.rectangle;
        this.image = builder.image;
        this.text = builder.text != null ? builder.text : builder.image == null ? DEFAULT_TEXT : "";
        this.font = builder.font;
        this.fontSize = builder.fontSize;
        this.dateFormat = builder.dateFormat;
    }

    /** A rectangle of a page as readers display it, from its lower left corner. */
    record Rectangle(double x, double y, double width, double height) {}

    /**
     * Starts an appearance with the default text.
     *
     * @return a builder
     */
    public static Builder builder() {
        return new Builder();
    }

    OptionalInt page() {
        return page == 0 ? OptionalInt.empty() : OptionalInt.of(page);
    }

    Optional<Rectangle> rectangle() {
        return Optional.ofNullable(rectangle);
    }

    Optional<AppearanceImage> image() {
        return Optional.ofNullable(image);
    }

    String text() {
        return text;
    }

    byte @Nullable [] font() {
        return font;
    }

    float fontSize() {
        return fontSize;
    }

    DateTimeFormatter dateFormat() {
        return dateFormat;
    }

    /** Collects the parts of an appearance. Not safe for use by several threads. */
    public static final class Builder {

        private int page;
        private @Nullable Rectangle rectangle;
        private @Nullable AppearanceImage image;
        private @Nullable String text;
        private byte @Nullable [] font;
        private float fontSize = DEFAULT_FONT_SIZE;
        private DateTimeFormatter dateFormat = DEFAULT_DATE_FORMAT;

        private Builder() {}

        /**
         * Sets the page of the rectangle. Default: 1.
         *
         * @param page the number of the page, from 1; -1 is the last page, -2 the page before it
         * @return this builder
         * @throws PdfException if the number is 0
         */
        public Builder page(int page) {
            if (page == 0) {
                throw invalid("Pages count from 1, and from -1 for the last page. There is no page 0.");
            }
            this.page = page;
            return this;
        }

        /**
         * Sets the rectangle of a new field. An existing field has a rectangle already.
         *
         * @param x the distance from the left edge of the page, in points
         * @param y the distance from the lower edge of the page, in points
         * @param width the width in points
         * @param height the height in points
         * @return this builder
         * @throws PdfException if the rectangle is empty
         */
        public Builder rectangle(double x, double y, double width, double height) {
            if (!(Double.isFinite(x + y + width + height) && width > 0 && height > 0)) {
                throw invalid("The rectangle must have a width and a height greater than 0.");
            }
            this.rectangle = new Rectangle(x, y, width, height);
            return this;
        }

        /**
         * Sets the image. It keeps its proportions. Next to text it has at most half of the width.
         *
         * @param image a PNG or JPEG file in grayscale or RGB, of at most 10,000,000 pixels and 10 MB
         * @return this builder
         * @throws PdfException if the file is too large or cannot be decoded
         */
        public Builder image(byte[] image) {
            this.image = AppearanceImage.of(image);
            return this;
        }

        /**
         * Sets the text. Default: {@link #DEFAULT_TEXT}, or no text next to an image.
         *
         * <p>{@code {name}}, {@code {date}}, {@code {reason}} and {@code {location}} are replaced by the values of the
         * signature. The default name is the common name of the certificate. A line is omitted if it has placeholders
         * but no value for them.
         *
         * @param text lines, separated by line breaks
         * @return this builder
         */
        public Builder text(String text) {
            this.text = Objects.requireNonNull(text, "text");
            return this;
        }

        /**
         * Sets the font. The signed PDF has the glyphs of the text. Default: Liberation Sans, which has the Latin, Greek
         * and Cyrillic letters.
         *
         * @param font a TrueType font (.ttf); copied
         * @return this builder
         * @throws PdfException if it is not a TrueType font or does not permit embedding
         */
        public Builder font(byte[] font) {
            byte[] copy = font.clone();
            try (PDDocument document = new PDDocument()) {
                AppearanceFont.load(document, copy);
            } catch (IOException e) {
                throw new PdfException(Reason.INVALID_APPEARANCE, "The font cannot be read.", e);
            }
            this.font = copy;
            return this;
        }

        /**
         * Sets the size of the text. Text that does not fit is smaller, and its lines break. Default: 12.
         *
         * @param fontSize the largest size, in points
         * @return this builder
         * @throws PdfException if the size is less than 2
         */
        public Builder fontSize(double fontSize) {
            if (!(fontSize >= AppearanceText.MIN_SIZE && Double.isFinite(fontSize))) {
                throw invalid("The font size must be at least " + AppearanceText.MIN_SIZE + " points.");
            }
            this.fontSize = (float) fontSize;
            return this;
        }

        /**
         * Sets the format of {@code {date}}. Default: {@code uuuu-MM-dd HH:mm:ss 'UTC'}.
         *
         * @param dateFormat the format; its time zone, or UTC if it has none
         * @return this builder
         * @throws java.time.DateTimeException if it cannot format a date with a time zone
         */
        public Builder dateFormat(DateTimeFormatter dateFormat) {
            dateFormat.format(Instant.EPOCH.atZone(ZoneOffset.UTC));
            this.dateFormat = dateFormat;
            return this;
        }

        /**
         * Builds the appearance.
         *
         * @return the appearance
         * @throws PdfException if it has neither an image nor text
         */
        public PdfAppearance build() {
            PdfAppearance appearance = new PdfAppearance(this);
            if (image == null && appearance.text.isBlank()) {
                throw invalid("The appearance has neither an image nor text.");
            }
            return appearance;
        }

        private static PdfException invalid(String message) {
            return new PdfException(Reason.INVALID_APPEARANCE, message);
        }
    }
}
