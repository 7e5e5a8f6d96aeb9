package io.github.hsmsigner.pdf;

import io.github.hsmsigner.pdf.PdfException.Reason;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Arrays;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;
import org.apache.pdfbox.cos.COSName;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDPageContentStream;
import org.apache.pdfbox.pdmodel.common.PDRectangle;
import org.apache.pdfbox.pdmodel.graphics.color.PDDeviceGray;
import org.apache.pdfbox.pdmodel.graphics.color.PDDeviceRGB;
import org.apache.pdfbox.pdmodel.graphics.image.LosslessFactory;
import org.apache.pdfbox.pdmodel.graphics.image.PDImageXObject;

/** An image of an appearance: a PNG or JPEG file that was decoded once. */
final class AppearanceImage {

    private static final int MAX_BYTES = 10_000_000;
    private static final long MAX_PIXELS = 10_000_000;
    private static final int COMPONENT_BITS = 8;
    private static final byte[] PNG = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
    private static final byte[] JPEG = {(byte) 0xFF, (byte) 0xD8, (byte) 0xFF};

    private final byte[] file;
    private final boolean jpeg;
    private final int width;
    private final int height;
    private final boolean gray;

    private AppearanceImage(byte[] file, boolean jpeg, BufferedImage image) {
        this.file = file;
        this.jpeg = jpeg;
        this.width = image.getWidth();
        this.height = image.getHeight();
        this.gray = image.getRaster().getNumBands() == 1;
    }

    static AppearanceImage of(byte[] file) {
        if (file.length > MAX_BYTES) {
            throw invalid("has " + file.length + " bytes; at most " + MAX_BYTES + " are permitted", null);
        }
        boolean jpeg = startsWith(file, JPEG);
        if (!jpeg && !startsWith(file, PNG)) {
            throw invalid("is neither a PNG nor a JPEG file", null);
        }
        byte[] copy = file.clone();
        return new AppearanceImage(copy, jpeg, decode(copy, jpeg));
    }

    private static boolean startsWith(byte[] file, byte[] signature) {
        return file.length >= signature.length
                && Arrays.equals(file, 0, signature.length, signature, 0, signature.length);
    }

    private static PdfException invalid(String problem, Exception cause) {
        return new PdfException(Reason.INVALID_APPEARANCE, "The image " + problem + ".", cause);
    }

    private static BufferedImage decode(byte[] file, boolean jpeg) {
        ImageReader reader =
                ImageIO.getImageReadersByFormatName(jpeg ? "jpeg" : "png").next();
        try (ImageInputStream input = new MemoryCacheImageInputStream(new ByteArrayInputStream(file))) {
            reader.setInput(input, true, true);
            long pixels = (long) reader.getWidth(0) * reader.getHeight(0);
            if (pixels > MAX_PIXELS) {
                throw invalid("has " + pixels + " pixels; at most " + MAX_PIXELS + " are permitted", null);
            }
            return reader.read(0);
        } catch (PdfException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            // The readers of the JDK throw runtime exceptions for some damaged files.
            throw invalid("cannot be decoded; it must be a PNG or JPEG file in grayscale or RGB", e);
        } finally {
            reader.dispose();
        }
    }

    /** Returns the width for a height of 1. */
    float aspectRatio() {
        return (float) width / height;
    }

    /** Draws the image in the middle of an area, as large as possible. */
    void draw(PDDocument document, PDPageContentStream content, PDRectangle area) throws IOException {
        float scale = Math.min(area.getWidth() / width, area.getHeight() / height);
        content.drawImage(
                embed(document),
                area.getLowerLeftX() + (area.getWidth() - scale * width) / 2,
                area.getLowerLeftY() + (area.getHeight() - scale * height) / 2,
                scale * width,
                scale * height);
    }

    private PDImageXObject embed(PDDocument document) throws IOException {
        return jpeg
                ? new PDImageXObject(
                        document,
                        new ByteArrayInputStream(file),
                        COSName.DCT_DECODE,
                        width,
                        height,
                        COMPONENT_BITS,
                        gray ? PDDeviceGray.INSTANCE : PDDeviceRGB.INSTANCE)
                : LosslessFactory.createFromImage(document, decode(file, false));
    }
}
