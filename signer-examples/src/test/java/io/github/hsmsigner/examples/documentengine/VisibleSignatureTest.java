package io.github.hsmsigner.examples.documentengine;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hsmsigner.examples.documentengine.Application.Answer;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.apache.pdfbox.Loader;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDPage;
import org.apache.pdfbox.pdmodel.PDPageContentStream;
import org.apache.pdfbox.pdmodel.PDResources;
import org.apache.pdfbox.pdmodel.common.PDRectangle;
import org.apache.pdfbox.pdmodel.interactive.form.PDSignatureField;
import org.apache.pdfbox.text.PDFTextStripper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The options {@code appearance}, {@code position} and {@code formFieldName}, by what is seen on the page. */
@ExtendWith(SigningChainProvider.class)
class VisibleSignatureTest {

    private static final int RED = 0xFF0000;
    private static final String METADATA = "\"signatureMetadata\":{\"signerName\":\"Jane Doe\","
            + "\"signatureReason\":\"approved\",\"signatureLocation\":\"Oslo\"}";
    private static final String POSITION = "\"position\":{\"pageIndex\":0,\"rect\":[100,300,240,60]}";

    private final Application application;
    private final Validators validators;

    VisibleSignatureTest(SigningChain chain, @TempDir Path directory) {
        this.application = chain.application();
        this.validators = new Validators(directory, chain.root());
    }

    private SignedPdf signed(byte[] pdf, String appearance) {
        return application.signed(
                pdf,
                "{\"signatureType\":\"cades\"," + POSITION + ",\"appearance\":" + appearance + "," + METADATA + "}");
    }

    private static String seen(SignedPdf pdf) throws IOException {
        try (PDDocument document = Loader.loadPDF(pdf.bytes())) {
            PDSignatureField field = document.getSignatureFields().get(0);
            // Text extraction looks at pages, so the appearance is put on one of a document of its own.
            try (PDDocument copy = new PDDocument()) {
                PDPage page = new PDPage(PDRectangle.A4);
                page.setResources(new PDResources());
                copy.addPage(page);
                try (PDPageContentStream content = new PDPageContentStream(copy, page)) {
                    content.drawForm(field.getWidgets().get(0).getNormalAppearanceStream());
                }
                return new PDFTextStripper().getText(copy);
            }
        }
    }

    @Test
    void itIsSeenWhereItWasWantedAndNowhereElse() {
        byte[] original = SamplePdf.plain();
        SignedPdf pdf = signed(original, "{}");
        validators.accept(pdf, SignatureType.CADES);
        Rendered page = Rendered.page(pdf.bytes(), 0);
        assertThat(page.ink(100, 300, 240, 60)).isGreaterThan(300);
        assertThat(page.ink())
                .isEqualTo(
                        page.ink(100, 300, 240, 60) + Rendered.page(original, 0).ink());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 90, 180, 270})
    void aTurnedPageHasItUprightAtThePlaceThatIsSeen(int rotation) throws IOException {
        SignedPdf pdf = signed(SamplePdf.blank(rotation, 1), "{\"mode\":\"signatureOnly\"}");
        validators.accept(pdf, SignatureType.CADES);
        Rendered page = Rendered.page(pdf.bytes(), 0);
        assertThat(page.ink(100, 300, 240, 60)).isGreaterThan(300).isEqualTo(page.ink());
        // The same pixels as on a page that is not turned, but for the smoothing of their edges.
        int upright = Rendered.page(
                        signed(SamplePdf.blank(0, 1), "{\"mode\":\"signatureOnly\"}")
                                .bytes(),
                        0)
                .ink(100, 300, 120, 60);
        assertThat(page.ink(100, 300, 120, 60)).isBetween(upright * 9 / 10, upright * 11 / 10);
    }

    @Test
    void itIsSeenOnThePageThatWasWanted() {
        SignedPdf pdf = application.signed(SamplePdf.blank(0, 3), """
                {"position":{"pageIndex":2,"rect":[100,300,240,60]},%s}""".formatted(METADATA));
        validators.accept(pdf, SignatureType.CMS);
        assertThat(Rendered.page(pdf.bytes(), 0).ink()).isZero();
        assertThat(Rendered.page(pdf.bytes(), 2).ink()).isPositive();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{} | Jane Doe,Digitally signed by Jane Doe,Date: | Reason,Location,UTC",
                "{\"showReason\":true,\"showLocation\":true,\"showDateTimezone\":true} | Reason: approved,Location: Oslo,UTC | nothing else",
                "{\"mode\":\"signatureOnly\",\"showReason\":true} | Jane Doe | signed by,Date,Reason",
                "{\"mode\":\"descriptionOnly\",\"showSignDate\":false} | Digitally signed by Jane Doe | Date",
                "{\"mode\":\"descriptionOnly\",\"showSigner\":false} | Date: | Jane"
            })
    void itSaysWhatWasWanted(String appearance, String with, String without) throws IOException {
        String text = seen(signed(SamplePdf.plain(), appearance));
        assertThat(text).contains(with.split(",")).doesNotContain(without.split(","));
    }

    @Test
    void namesOfManyLanguagesAreWrittenAndOthersDoNotBreakIt() throws IOException {
        SignedPdf pdf = application.signed(SamplePdf.plain(), """
                {%s,"appearance":{"mode":"descriptionOnly"},"signatureMetadata":{"signerName":"Zoë Żółć Ωμέγα Жук 山\\n"}}""".formatted(POSITION));
        validators.accept(pdf, SignatureType.CMS);
        assertThat(seen(pdf)).contains("Zoë Żółć Ωμέγα Жук ?");
    }

    @Test
    void picturesOfTheApplicationAreDrawn() throws IOException {
        Answer uploaded = application.upload(SamplePdf.blank(0, 1));
        String options = "{" + POSITION + ",\"appearance\":{\"mode\":\"signatureOnly\",\"contentType\":\"image/png\"}}";
        Form form = new Form()
                .text("data", options)
                .file("image", "w.png", picture("png", Color.RED))
                .file("graphicImage", "g.jpg", picture("jpg", Color.BLUE));
        Answer signed = application.sign(uploaded.documentId(), Form.CONTENT_TYPE, form.bytes());
        assertThat(signed.status()).as(signed.text()).isEqualTo(200);
        SignedPdf pdf =
                new SignedPdf(application.download(uploaded.documentId()).body());
        validators.accept(pdf, SignatureType.CMS);
        Rendered page = Rendered.page(pdf.bytes(), 0);
        // The watermark is red at a quarter of its strength.
        assertThat(page.count(0xFFBFBF) + page.count(0xFFC0C0)).isPositive();
        assertThat(page.ink(200, 310, 40, 40)).isEqualTo(40 * 40);
        assertThat(page.count(RED)).isZero();
    }

    @Test
    void aPageOfAPdfIsAPictureToo() throws IOException {
        Answer uploaded = application.upload(SamplePdf.blank(0, 1));
        Form form = new Form()
                .text("data", "{" + POSITION + ",\"appearance\":{\"mode\":\"signatureOnly\"}}")
                .file("graphicImage", "g.pdf", SamplePdf.plain());
        Answer signed = application.sign(uploaded.documentId(), Form.CONTENT_TYPE, form.bytes());
        assertThat(signed.status()).as(signed.text()).isEqualTo(200);
        SignedPdf pdf =
                new SignedPdf(application.download(uploaded.documentId()).body());
        validators.accept(pdf, SignatureType.CMS);
        assertThat(seen(pdf)).contains(SamplePdf.WORD);
    }

    @Test
    void whatIsNoPictureIsRefused() {
        assertPictureRefused(
                "text".getBytes(StandardCharsets.UTF_8),
                "{}",
                "The field \"image\" must hold a picture, one of application/pdf, image/png, image/jpeg.");
        byte[] cut = new byte[] {(byte) 0x89, 'P', 'N', 'G', 0};
        assertPictureRefused(cut, "{}", "The picture in the field \"image\" is damaged.");
        assertPictureRefused(
                cut,
                "{\"contentType\":\"image/jpeg\"}",
                "The field \"image\" holds a picture of type image/png, but appearance.contentType says image/jpeg.");
    }

    private void assertPictureRefused(byte[] picture, String appearance, String message) {
        Form form = new Form()
                .text("data", "{" + POSITION + ",\"appearance\":" + appearance + "}")
                .file("image", "w.png", picture);
        String id = application.upload(SamplePdf.plain()).documentId();
        Answer answer = application.sign(id, Form.CONTENT_TYPE, form.bytes());
        assertThat(answer.error()).isEqualTo(message);
        assertThat(answer.status()).isEqualTo(400);
    }

    @Test
    void aFieldOfTheDocumentIsSigned() throws IOException {
        SignedPdf pdf = application.signed(
                SamplePdf.withSignatureFields(),
                "{\"formFieldName\":\"seller\",\"signatureType\":\"cades\",\"signatureContainer\":\"raw\"," + METADATA
                        + "}",
                "{\"formFieldName\":\"buyer\",\"signatureType\":\"cades\"}");
        validators.accept(pdf, SignatureType.CADES, SignatureType.CADES);
        try (PDDocument document = Loader.loadPDF(pdf.bytes())) {
            assertThat(document.getSignatureFields())
                    .extracting(PDSignatureField::getFullyQualifiedName)
                    .containsExactlyInAnyOrder("seller", "buyer");
            assertThat(document.getPage(0).getAnnotations()).hasSize(1);
            assertThat(document.getPage(1).getAnnotations()).hasSize(1);
        }
        // The seller's field is on the second page, at 72 from the left and 600 from the bottom.
        Rendered page = Rendered.page(pdf.bytes(), 1);
        assertThat(page.ink(72, 842 - 600 - 50, 200, 50)).isGreaterThan(300).isEqualTo(page.ink());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"formFieldName\":\"none\"} | formFieldName must be the name of an unsigned signature field; the document has seller, buyer.",
                "{\"formFieldName\":\"buyer\",\"appearance\":{}} | appearance needs a place: position with pageIndex and rect, or the formFieldName of a field that has a size.",
                "{\"position\":{\"pageIndex\":2}} | position.pageIndex must be less than 2, the number of pages of the document.",
                "{\"position\":{\"rect\":[500,0,100,20]}} | position.rect must lie on page 0, which is 595 by 842 points."
            })
    void aPlaceThatTheDocumentDoesNotHaveIsRefused(String options, String message) {
        String id = application.upload(SamplePdf.withSignatureFields()).documentId();
        Answer answer = application.sign(id, options);
        assertThat(answer.error()).isEqualTo(message);
        assertThat(answer.status()).isEqualTo(400);
    }

    @Test
    void aFieldIsSignedOnce() {
        String id = application.upload(SamplePdf.withSignatureFields()).documentId();
        assertThat(application.sign(id, "{\"formFieldName\":\"buyer\"}").status())
                .isEqualTo(200);
        Answer again = application.sign(id, "{\"formFieldName\":\"buyer\"}");
        assertThat(again.error()).isEqualTo("The field that formFieldName names is signed already.");
        assertThat(application.sign(id, "{\"formFieldName\":\"none\"}").error()).endsWith("the document has seller.");
        assertThat(application
                        .sign(application.upload(SamplePdf.plain()).documentId(), "{\"formFieldName\":\"a\"}")
                        .error())
                .endsWith("the document has none.");
    }

    private static byte[] picture(String format, Color color) throws IOException {
        BufferedImage image = new BufferedImage(60, 60, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = image.createGraphics();
        graphics.setColor(color);
        graphics.fillRect(0, 0, 60, 60);
        graphics.dispose();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ImageIO.write(image, format, out);
        return out.toByteArray();
    }
}
