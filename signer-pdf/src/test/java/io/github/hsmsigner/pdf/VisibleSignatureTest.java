package io.github.hsmsigner.pdf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import eu.europa.esig.dss.enumerations.SignatureLevel;
import io.github.hsmsigner.core.SigningService;
import io.github.hsmsigner.core.TestKey;
import io.github.hsmsigner.core.TestKeys;
import io.github.hsmsigner.pdf.PdfException.Reason;
import io.github.hsmsigner.testing.ExternalTool;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import javax.imageio.ImageIO;
import org.apache.pdfbox.cos.COSDictionary;
import org.apache.pdfbox.cos.COSName;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.font.PDFont;
import org.apache.pdfbox.pdmodel.interactive.annotation.PDAnnotationWidget;
import org.apache.pdfbox.pdmodel.interactive.form.PDSignatureField;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Visible signatures as poppler displays them. */
@TestInstance(Lifecycle.PER_CLASS)
class VisibleSignatureTest {

    private static final int WHITE = 0xFFFFFF;
    private static final int RED = 0xFF0000;
    private static final int GREEN = 0x00FF00;
    private static final int BLUE = 0x0000FF;
    private static final int BLACK = 0x000000;

    private final PdfSigner signer = PdfSigner.of(SigningService.of(TestKey.P_256.signer(), TestKey.P_256.signer()));
    private Path directory;
    private int files;

    @BeforeAll
    void start(@TempDir Path temporary) {
        directory = temporary;
    }

    private Path signed(byte[] pdf, PdfSignatureOptions.Builder options) throws IOException {
        Path document = Files.write(directory.resolve("document" + files++ + ".pdf"), pdf);
        Path signed = directory.resolve("signed" + files++ + ".pdf");
        signer.sign(document, signed, options.build());
        return signed;
    }

    private static PdfSignatureOptions.Builder options(PdfAppearance.Builder appearance) {
        return PdfSignatureOptions.builder().appearance(appearance.build());
    }

    private static PdfAppearance.Builder appearance() {
        return PdfAppearance.builder();
    }

    /** An image with a color in each quarter: red and green above blue and black. */
    private static byte[] quarters(String format) throws IOException {
        BufferedImage image = new BufferedImage(40, 20, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = image.createGraphics();
        int[] colors = {RED, GREEN, BLUE, BLACK};
        for (int i = 0; i < colors.length; i++) {
            graphics.setColor(new Color(colors[i]));
            graphics.fillRect(i % 2 * 20, i / 2 * 10, 20, 10);
        }
        graphics.dispose();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ImageIO.write(image, format, out);
        return out.toByteArray();
    }

    /** Returns a page as it is displayed, at 72 dpi: one pixel is one point. */
    private BufferedImage render(Path pdf, int page, String password) throws IOException {
        Path image = directory.resolve("page" + files++);
        String number = Integer.toString(page);
        ExternalTool.runOrFail(
                "pdftoppm",
                "-r",
                "72",
                "-cropbox",
                "-png",
                "-singlefile",
                "-aa",
                "no",
                "-aaVector",
                "no",
                "-upw",
                password,
                "-f",
                number,
                "-l",
                number,
                pdf.toString(),
                image.toString());
        return ImageIO.read(image.resolveSibling(image.getFileName() + ".png").toFile());
    }

    private static int color(BufferedImage page, int x, int y) {
        return page.getRGB(x, page.getHeight() - y) & WHITE;
    }

    /** Requires that the quarters are upright around a center, and that the rest of the page is white. */
    private static void requireQuarters(BufferedImage page, int centerX, int centerY) {
        assertThat(color(page, centerX - 16, centerY + 8)).isEqualTo(RED);
        assertThat(color(page, centerX + 16, centerY + 8)).isEqualTo(GREEN);
        assertThat(color(page, centerX - 16, centerY - 8)).isEqualTo(BLUE);
        assertThat(color(page, centerX + 16, centerY - 8)).isEqualTo(BLACK);
        int inside = 0;
        int all = 0;
        for (int x = 0; x < page.getWidth(); x++) {
            for (int y = 1; y <= page.getHeight(); y++) {
                if (color(page, x, y) != WHITE) {
                    all++;
                    inside += Math.abs(x - centerX) <= 33 && Math.abs(y - centerY) <= 17 ? 1 : 0;
                }
            }
        }
        assertThat(all).isEqualTo(inside).isBetween(64 * 32 - 100, 64 * 32 + 100);
    }

    private static byte[] pdfWithPage(String entries) {
        Map<Long, String> objects = Pdfs.onePage();
        objects.put(3L, "<</Type/Page/Parent 2 0 R" + entries + ">>");
        objects.put(4L, "[null 9 0 R 5 0 R]");
        objects.put(5L, "<</Subtype/Link/Rect[0 0 10 10]/Border[0 0 0]>>");
        return Pdfs.of(objects);
    }

    private static void requireValid(Path signed, int signatures) {
        Validators.requirePdfsig(signed, "", signatures);
        Validators.requireQpdf(signed, "");
        Validators.requireLevels(
                signed, "", Collections.nCopies(signatures, SignatureLevel.PAdES_BASELINE_B), TestKeys.PKI.root());
    }

    @ParameterizedTest
    @CsvSource({"0,300,500", "90,500,300", "180,300,500", "270,500,300"})
    void isUprightAtItsPlaceOfTheDisplayedPage(int rotation, int width, int height) throws IOException {
        byte[] pdf = pdfWithPage("/MediaBox[-20 -30 380 570]/CropBox[10 20 310 520]/Annots 4 0 R/Rotate " + rotation);
        Path signed = signed(pdf, options(appearance().image(quarters("png")).rectangle(160, 80, 80, 40)));
        BufferedImage page = render(signed, 1, "");
        assertThat(page.getWidth()).isEqualTo(width);
        assertThat(page.getHeight()).isEqualTo(height);
        requireQuarters(page, 200, 100);
        Validators.requirePdfsig(signed, "", 1);
        Validators.requireQpdf(signed, "");
    }

    static Stream<Arguments> documents() throws IOException {
        return Stream.of(
                Arguments.of(Pdfs.plain(), ""),
                Arguments.of(Pdfs.compressed(), ""),
                Arguments.of(Pdfs.hybridWithUpdate(), ""),
                Arguments.of(Pdfs.encrypted("secret", 256), "secret"),
                Arguments.of(Pdfs.encrypted("", 128), ""),
                Arguments.of(pdfWithPage("/MediaBox[0 0 300 300]/Annots[null 9 0 R 5 0 R]"), ""));
    }

    /** With an embedded font and an image, twice: the second signature must leave the first one valid. */
    @ParameterizedTest
    @MethodSource("documents")
    void earlierSignaturesStayValid(byte[] pdf, String password) throws IOException {
        Path once = signed(
                pdf,
                options(appearance().rectangle(160, 80, 80, 40).image(quarters("png")))
                        .password(password.toCharArray()));
        Path twice = signed(
                Files.readAllBytes(once),
                options(appearance().page(-1).rectangle(10, 200, 180, 50).text("Согласовано: {name}"))
                        .name("Ольга")
                        .password(password.toCharArray()));
        Validators.requirePdfsig(twice, password, 2);
        Validators.requireQpdf(twice, password);
        requireQuarters(render(once, 1, password), 200, 100);
        assertThat(text(twice, password)).contains("Согласовано: Ольга");
        try (PDDocument document = Pdfs.open(twice, password)) {
            assertThat(document.getSignatureFields())
                    .hasSize(2)
                    .extracting(PDSignatureField::getAlternateFieldName)
                    .containsExactly("Signer", "Согласовано: Ольга");
            for (PDSignatureField field : document.getSignatureFields()) {
                PDAnnotationWidget widget = field.getWidgets().get(0);
                assertThat(widget.isPrinted() && widget.isLocked()).isTrue();
                assertThat(widget.getPage().getAnnotations())
                        .extracting(annotation -> annotation.getCOSObject())
                        .contains(widget.getCOSObject());
            }
        }
    }

    private String text(Path pdf, String password) throws IOException {
        Path text = directory.resolve("text" + files++);
        ExternalTool.runOrFail("pdftotext", "-enc", "UTF-8", "-upw", password, pdf.toString(), text.toString());
        return Files.readString(text);
    }

    private static String fonts(Path pdf) {
        return ExternalTool.runOrFail("pdffonts", pdf.toString());
    }

    @Test
    void theDefaultTextHasTheValuesOfTheSignature() throws IOException {
        Path signed = signed(
                Pdfs.plain(),
                options(appearance().page(2).rectangle(300, 40, 250, 80)).reason("Approved:\nall pages"));
        assertThat(text(signed, ""))
                .contains("Digitally signed by Signer", "Reason: Approved: all pages")
                .containsPattern("Date: \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d UTC")
                .doesNotContain("Location");
        assertThat(inked(render(signed, 1, ""), 0, 595)).isFalse();
        assertThat(fonts(signed)).containsPattern("LiberationSans +CID TrueType +Identity-H +yes yes yes");
    }

    @Test
    void theTextCanBeReplaced() throws IOException {
        DateTimeFormatter date = DateTimeFormatter.ofPattern("d. MMMM uuuu, HH:mm z", Locale.GERMAN)
                .withZone(ZoneId.of("Asia/Tokyo"));
        Path signed = signed(
                Pdfs.plain(),
                options(appearance()
                                .rectangle(40, 40, 250, 80)
                                .image(quarters("jpg"))
                                .fontSize(9)
                                .dateFormat(date)
                                .text("Unterschrieben: {name} {other}\r\n{location}{reason}\n{date}"))
                        .name("Jürgen {date} $1")
                        .location("Köln"));
        assertThat(text(signed, "").replaceAll("\\s+", " "))
                .contains("Unterschrieben: Jürgen {date} $1 {other} Köln")
                .containsPattern("\\d+\\. \\p{L}+ \\d{4}, \\d\\d:\\d\\d JST");
        BufferedImage page = render(signed, 1, "");
        // The image is at most as wide as the half, and the text is at its right.
        assertThat(new Color(color(page, 60, 90)))
                .satisfies(red -> assertThat(red.getRed()).isGreaterThan(200));
        assertThat(inked(page, 165, 290)).isTrue();
        assertThat(inked(page, 290, page.getWidth())).isFalse();
        Validators.requirePdfsig(signed, "", 1);
    }

    private static boolean inked(BufferedImage page, int fromX, int toX) {
        for (int x = fromX; x < toX; x++) {
            for (int y = 1; y <= page.getHeight(); y++) {
                if (color(page, x, y) != WHITE) {
                    return true;
                }
            }
        }
        return false;
    }

    /** A combining mark becomes one letter with its base. */
    @Test
    void otherAlphabetsAreShown() throws IOException {
        Path signed = signed(
                Pdfs.plain(),
                options(appearance().rectangle(40, 40, 250, 80).text("{name}")).name("Zoë Żółć Ωμέγα Жук Zoe\u0308"));
        assertThat(text(signed, "")).contains("Zoë Żółć Ωμέγα Жук Zoë");
        Validators.requireQpdf(signed, "");
    }

    private static byte[] font() throws IOException {
        try (InputStream file =
                PDFont.class.getResourceAsStream("/org/apache/pdfbox/resources/ttf/LiberationSans-Regular.ttf")) {
            return file.readAllBytes();
        }
    }

    @Test
    void aGivenFontIsEmbedded() throws IOException {
        Path signed = signed(
                Pdfs.plain(),
                options(appearance().rectangle(40, 40, 250, 80).text("Approved").font(font())));
        assertThat(text(signed, "")).contains("Approved");
        assertThat(fonts(signed)).containsPattern("LiberationSans +CID TrueType +Identity-H +yes yes yes");
    }

    /** Characters that no font has, and scripts that PDFBox would show wrong. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "山|has no glyph for U+5C71",
                "a😀|has no glyph for U+1F600",
                "שלום|cannot lay out",
                "مرحبا|cannot lay out",
                "नमस्ते|cannot lay out",
                "abc\u202Edef|cannot lay out"
            })
    void refusesCharactersThatItCannotShow(String text, String message) throws IOException {
        requireRefused(
                Pdfs.plain(),
                options(appearance().rectangle(40, 40, 250, 80).text(text)),
                Reason.INVALID_APPEARANCE,
                message);
    }

    private void requireRefused(byte[] pdf, PdfSignatureOptions.Builder options, Reason reason, String message) {
        requireRefused(() -> signed(pdf, options), reason, message);
    }

    private static void requireRefused(ThrowingCallable call, Reason reason, String message) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        PdfException.class, e -> assertThat(e.reason()).isEqualTo(reason))
                .hasMessageContaining(message);
    }

    /** Long lines break, and the text shrinks until it fits. */
    @ParameterizedTest
    @CsvSource({"60,80", "200,20", "400,200"})
    void theTextFitsItsRectangle(int width, int height) throws IOException {
        Path signed = signed(
                Pdfs.plain(),
                options(appearance().rectangle(100, 100, width, height))
                        .name("Maximiliane Wohlgeboren-Unterberger")
                        .reason("I have read this document and agree with all of its sections"));
        assertThat(text(signed, "").replaceAll("\\s+", " ")).contains("Maximiliane", "agree with all of its sections");
        BufferedImage page = render(signed, 1, "");
        assertThat(inked(page, 100, 100 + width)).isTrue();
        assertThat(inked(page, 0, 100)).isFalse();
        assertThat(inked(page, 100 + width, page.getWidth())).isFalse();
    }

    @Test
    void refusesTextThatDoesNotFit() throws IOException {
        requireRefused(
                Pdfs.plain(),
                options(appearance().rectangle(0, 0, 10, 5)),
                Reason.INVALID_APPEARANCE,
                "does not fit the rectangle");
        requireRefused(
                Pdfs.plain(),
                options(appearance().rectangle(0, 0, 500, 500).text("long ".repeat(500))),
                Reason.INVALID_APPEARANCE,
                "more than 2000 characters");
        requireRefused(
                Pdfs.plain(),
                options(appearance().rectangle(0, 0, 500, 500).text("{reason}")),
                Reason.INVALID_APPEARANCE,
                "no value for them");
    }

    @Test
    void anExistingFieldShowsTheAppearance() throws IOException {
        Path signed = signed(
                Pdfs.withFields(""),
                options(appearance().image(quarters("png"))).existingField("visible"));
        requireValid(signed, 1);
        BufferedImage page = render(signed, 2, "");
        // The rectangle is 50, 60, 200, 70.
        assertThat(color(page, 120, 110)).isEqualTo(RED);
        assertThat(color(page, 180, 80)).isEqualTo(BLACK);
        try (PDDocument document = Pdfs.open(signed, "")) {
            assertThat(document.getSignatureFields()).hasSize(2);
            assertThat(document.getPage(1).getAnnotations()).hasSize(2);
        }
        requireRefused(
                Pdfs.withFields(""),
                options(appearance()).existingField("invisible"),
                Reason.OPTIONS_DO_NOT_FIT,
                "\"invisible\" has no size");
    }

    /** The field of a rotated page is upright, unless its widget has a rotation. */
    @ParameterizedTest
    @CsvSource({"/P 3 0 R,true", "/MK<<>>,true", "/MK<</R 90>>,true", "/MK<</R 0>>,false"})
    void anExistingFieldFollowsTheRotationOfItsPage(String entries, boolean upright) throws IOException {
        Map<Long, String> objects = Pdfs.onePage();
        objects.put(1L, "<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[4 0 R]>>>>");
        objects.put(3L, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 500]/Rotate 90/Annots[4 0 R]>>");
        objects.put(4L, "<</Type/Annot/Subtype/Widget/FT/Sig/T(field)/F 2/Rect[180 160 220 240]" + entries + ">>");
        Path signed = signed(
                Pdfs.of(objects), options(appearance().image(quarters("png"))).existingField("field"));
        BufferedImage page = render(signed, 1, "");
        if (upright) {
            requireQuarters(page, 200, 100);
        } else {
            assertThat(color(page, 205, 105)).isEqualTo(RED);
            assertThat(color(page, 195, 105)).isEqualTo(BLUE);
        }
        Validators.requirePdfsig(signed, "", 1);
    }

    @Test
    void certifiedDocumentsCanHaveVisibleSignatures() throws IOException {
        Path certified = signed(
                Pdfs.plain(),
                options(appearance().rectangle(40, 40, 100, 50)).certification(PdfCertification.FORM_FILLING));
        Path signed = signed(Files.readAllBytes(certified), options(appearance().rectangle(40, 140, 100, 50)));
        requireValid(signed, 2);
    }

    @ParameterizedTest
    @CsvSource({
        "1,595,0,10,10,is not on its page",
        "1,-5,0,100,10,is not on its page",
        "-1,0,840,10,10,'a width of 595.27563 and a height of 841.8898 points'",
        "3,0,0,10,10,no page 3 for the signature. It has 2 pages.",
        "-3,0,0,10,10,no page -3",
        "2147483647,0,0,10,10,no page 2147483647",
        "-2147483648,0,0,10,10,no page -2147483648"
    })
    void refusesPlacesThatTheDocumentDoesNotHave(
            int page, double x, double y, double width, double height, String message) throws IOException {
        requireRefused(
                Pdfs.plain(),
                options(appearance().page(page).rectangle(x, y, width, height)),
                Reason.OPTIONS_DO_NOT_FIT,
                message);
    }

    @Test
    void theWholePageIsAPlace() throws IOException {
        Path signed = signed(Pdfs.plain(), options(appearance().rectangle(0, 0, 595.28, 841.89)));
        Validators.requireQpdf(signed, "");
    }

    @Test
    void refusesUnusableAppearances() throws IOException {
        requireRefused(() -> appearance().page(0), Reason.INVALID_APPEARANCE, "no page 0");
        for (double[] size :
                new double[][] {{0, 10}, {10, 0}, {-1, 10}, {Double.NaN, 1}, {Double.POSITIVE_INFINITY, 1}}) {
            requireRefused(
                    () -> appearance().rectangle(0, 0, size[0], size[1]),
                    Reason.INVALID_APPEARANCE,
                    "width and a height greater than 0");
        }
        requireRefused(() -> appearance().fontSize(1), Reason.INVALID_APPEARANCE, "at least 2 points");
        requireRefused(() -> appearance().text(" ").build(), Reason.INVALID_APPEARANCE, "neither an image nor text");
        requireRefused(() -> options(appearance()).build(), Reason.INVALID_APPEARANCE, "has no rectangle");
        for (PdfAppearance.Builder placed :
                List.of(appearance().page(1), appearance().rectangle(0, 0, 9, 9))) {
            requireRefused(
                    () -> options(placed).existingField("visible").build(),
                    Reason.INVALID_APPEARANCE,
                    "Remove those of the appearance");
        }
        assertThatThrownBy(() -> appearance()
                        .dateFormat(new DateTimeFormatterBuilder()
                                .appendValue(ChronoField.YEAR, 1)
                                .toFormatter()))
                .isInstanceOf(DateTimeException.class);
        for (byte[] font : List.of(new byte[0], new byte[] {1, 2, 3}, quarters("png"), Arrays.copyOf(font(), 5000))) {
            requireRefused(() -> appearance().font(font), Reason.INVALID_APPEARANCE, "must be a TrueType font");
        }
    }

    static Stream<Arguments> badImages() throws IOException {
        byte[] png = quarters("png");
        byte[] jpeg = quarters("jpg");
        return Stream.of(
                Arguments.of(new byte[0], "neither a PNG nor a JPEG"),
                Arguments.of(Pdfs.bytes("<svg/>"), "neither a PNG nor a JPEG"),
                Arguments.of(quarters("gif"), "neither a PNG nor a JPEG"),
                Arguments.of(new byte[10_000_001], "10000001 bytes"),
                Arguments.of(Arrays.copyOf(png, 8), "cannot be decoded"),
                Arguments.of(Arrays.copyOf(png, png.length / 2), "cannot be decoded"),
                Arguments.of(Arrays.copyOf(jpeg, 30), "cannot be decoded"),
                Arguments.of(png(20_000, 20_000), "400000000 pixels"),
                Arguments.of(png(Integer.MAX_VALUE, Integer.MAX_VALUE), "pixels"));
    }

    /** The header of an image that would need much memory. */
    private static byte[] png(int width, int height) {
        ByteBuffer header = ByteBuffer.allocate(33);
        header.put(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'});
        header.putInt(13).put(Pdfs.bytes("IHDR")).putInt(width).putInt(height).put(new byte[] {8, 2, 0, 0, 0});
        CRC32 crc = new CRC32();
        crc.update(header.array(), 12, 17);
        return header.putInt((int) crc.getValue()).array();
    }

    @ParameterizedTest
    @MethodSource("badImages")
    void refusesBadImages(byte[] image, String message) {
        requireRefused(() -> appearance().image(image), Reason.INVALID_APPEARANCE, message);
    }

    /** Kinds of images that programs write. */
    @ParameterizedTest
    @ValueSource(ints = {BufferedImage.TYPE_INT_ARGB, BufferedImage.TYPE_BYTE_BINARY, BufferedImage.TYPE_USHORT_GRAY})
    void drawsImagesOfManyKinds(int type) throws IOException {
        BufferedImage image = new BufferedImage(20, 20, type);
        Graphics2D graphics = image.createGraphics();
        graphics.setColor(Color.BLACK);
        graphics.fillRect(0, 0, 10, 20);
        if (type != BufferedImage.TYPE_INT_ARGB) {
            graphics.setColor(Color.WHITE);
            graphics.fillRect(10, 0, 10, 20);
        }
        graphics.dispose();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ImageIO.write(image, "png", out);
        BufferedImage page = render(
                signed(
                        Pdfs.plain(),
                        options(appearance().image(out.toByteArray()).rectangle(100, 100, 40, 40))),
                1,
                "");
        assertThat(color(page, 110, 120)).isEqualTo(BLACK);
        assertThat(color(page, 130, 120)).isEqualTo(WHITE);
    }

    @Test
    void otherAnnotationsDoNotChange() throws IOException {
        Path signed = signed(
                pdfWithPage("/MediaBox[0 0 300 300]/Annots 4 0 R"),
                options(appearance().image(quarters("png")).rectangle(160, 80, 80, 40)));
        try (PDDocument document = Pdfs.open(signed, "")) {
            COSDictionary link = (COSDictionary) document.getPage(0)
                    .getCOSObject()
                    .getCOSArray(COSName.ANNOTS)
                    .getObject(0);
            assertThat(link.containsKey(COSName.TYPE)).isFalse();
            assertThat(document.getPage(0).getAnnotations()).hasSize(2);
        }
    }
}
