package io.github.hsmsigner.examples.documentengine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.hsmsigner.examples.documentengine.Application.Answer;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDPage;
import org.apache.pdfbox.pdmodel.encryption.AccessPermission;
import org.apache.pdfbox.pdmodel.encryption.PublicKeyProtectionPolicy;
import org.apache.pdfbox.pdmodel.encryption.PublicKeyRecipient;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Each error of a damaged or unusual document is a sentence with a status, and no signature makes a document unreadable. */
@ExtendWith(SigningChainProvider.class)
class DamagedDocumentsTest {

    private final SigningChain chain;
    private final Application application;
    private final Validators validators;

    DamagedDocumentsTest(SigningChain chain, @TempDir Path directory) {
        this.chain = chain;
        this.application = chain.application();
        this.validators = new Validators(directory, chain.root());
    }

    static Stream<Arguments> unusable() {
        byte[] plain = SamplePdf.plain();
        Map<Integer, String> loop = HandmadePdf.onePage("[0 0 200 200]");
        loop.put(2, "<</Type/Pages/Kids[2 0 R]/Count 1>>");
        Map<Integer, String> noPage = HandmadePdf.onePage("[0 0 200 200]");
        noPage.put(2, "<</Type/Pages/Kids[]/Count 0>>");
        return Stream.of(
                arguments("The PDF is damaged", HandmadePdf.of(loop)),
                arguments("The PDF has no page", HandmadePdf.of(noPage)),
                // The signed PDF could not be opened: the key depends on the ID.
                arguments("it is encrypted and has no ID", SamplePdf.encryptedWithoutId()),
                arguments("startxref", HandmadePdf.replace(plain, "startxref\\s+\\d+", "startxref\n0")),
                arguments("startxref", HandmadePdf.replace(plain, "%PDF-", "leading bytes\n%PDF-")),
                arguments("object number", HandmadePdf.of(HandmadePdf.onePageAnd(2_147_483_647, "<<>>"))),
                // PDFBox throws a ClassCastException.
                arguments("encrypted", HandmadePdf.replace(SamplePdf.encrypted(256), "/OE <\\w+>", "/OE 1")));
    }

    @ParameterizedTest
    @MethodSource("unusable")
    void uploadRefusesDocumentsThatCannotBeSigned(String message, byte[] pdf) {
        Answer answer = application.upload(pdf);
        assertThat(answer.error()).contains(message);
        assertThat(answer.status()).isEqualTo(400);
    }

    @Test
    void anEncryptionForCertificatesIsNotADamage() throws IOException {
        PublicKeyProtectionPolicy policy = new PublicKeyProtectionPolicy();
        PublicKeyRecipient recipient = new PublicKeyRecipient();
        recipient.setX509(chain.root());
        recipient.setPermission(new AccessPermission());
        policy.addRecipient(recipient);
        policy.setEncryptionKeyLength(128);
        ByteArrayOutputStream pdf = new ByteArrayOutputStream();
        try (PDDocument document = new PDDocument()) {
            document.addPage(new PDPage());
            document.protect(policy);
            document.save(pdf);
        }
        assertThat(application.upload(pdf.toByteArray()).error())
                .startsWith("The PDF is encrypted for the certificates of its recipients");
    }

    static Stream<byte[]> unusual() {
        Map<Integer, String> objects = HandmadePdf.onePageAnd(8_000_000, "<<>>");
        return Stream.of(
                // PDFBox throws a ClassCastException for an ID that is not two strings.
                HandmadePdf.of(HandmadePdf.onePage("[0 0 200 200]"), "/ID[2 0 R 2 0 R]"),
                HandmadePdf.replace(SamplePdf.plain(), "/Size \\d+", "/Size 90"),
                HandmadePdf.of(objects));
    }

    @ParameterizedTest
    @MethodSource("unusual")
    void unusualDocumentsAreSigned(byte[] pdf) {
        validators.accept(application.signed(pdf, "{}"), SignatureType.CMS);
    }

    /** A table of all numbers would need gigabytes. */
    @Test
    void flattenNeedsNoEntriesForNumbersWithoutObject() {
        byte[] pdf = HandmadePdf.of(HandmadePdf.onePageAnd(8_000_000, "<<>>"));
        SignedPdf signed = application.signed(pdf, "{\"flatten\":true}");
        assertThat(signed.bytes().length).isLessThan(200_000);
        validators.accept(signed, SignatureType.CMS);
    }

    static Stream<byte[]> undrawable() {
        Map<Integer, String> loop = HandmadePdf.onePage("[0 0 200 200]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>");
        loop.put(4, "<</Length 21>>stream\nBT /F 10 Tf (a) Tj ET\nendstream");
        loop.put(
                5,
                "<</Type/Font/Subtype/Type3/FontBBox[0 0 10 10]/FontMatrix[0.1 0 0 0.1 0 0]/FirstChar 97/LastChar 97"
                        + "/Widths[10]/Encoding<</Differences[97/a]>>/CharProcs<</a 6 0 R>>/Resources<</Font<</F 5 0 R>>>>>>");
        loop.put(6, "<</Length 29>>stream\n10 0 d0 BT /F 10 Tf (a) Tj ET\nendstream");
        return Stream.of(
                HandmadePdf.of(HandmadePdf.onePage("[0 0 0 0]")),
                // PDFBox throws a StackOverflowError.
                HandmadePdf.of(loop));
    }

    @ParameterizedTest
    @MethodSource("undrawable")
    void aPageThatCannotBeDrawnIsABadRequest(byte[] pdf) {
        String id = application.upload(pdf).documentId();
        Answer answer = application.get("/api/documents/" + id + "/pages/0/image");
        assertThat(answer.error()).isEqualTo("The page cannot be drawn.");
        assertThat(answer.status()).isEqualTo(400);
        application.sign(id, "{}");
        assertThat(application.get("/api/documents/" + id + "/report").status()).isEqualTo(200);
    }

    @Test
    void theImageOfANarrowPageIsNotTooLarge() throws IOException {
        String id = application
                .upload(HandmadePdf.of(HandmadePdf.onePage("[0 0 10 14400]")))
                .documentId();
        Answer answer = application.get("/api/documents/" + id + "/pages/0/image?width=2000");
        BufferedImage image = ImageIO.read(new ByteArrayInputStream(answer.body()));
        assertThat(image.getHeight()).isBetween(3999, 4001);
    }

    @Test
    void theReportNamesASignatureThatCannotBeRead() throws IOException {
        byte[] once = application.signed(SamplePdf.plain(), "{}").bytes();
        byte[] damaged = HandmadePdf.replace(once, "<3082[0-9A-Fa-f]{4}", "<04820100");
        String id = application.upload(damaged).documentId();
        application.sign(id, "{}");
        JsonNode signatures = new ObjectMapper()
                .readTree(application.get("/api/documents/" + id + "/report").body())
                .path("signatures");
        assertThat(signatures).hasSize(2);
        assertThat(signatures.at("/0/field").asText()).isEqualTo("Signature1");
        assertThat(signatures.at("/0/verdict").asText()).isEqualTo("The signature cannot be read.");
        assertThat(signatures.at("/0/valid").asBoolean()).isFalse();
        assertThat(signatures.at("/1/field").asText()).isEqualTo("Signature2");
        assertThat(signatures.at("/1/valid").asBoolean()).isTrue();
    }
}
