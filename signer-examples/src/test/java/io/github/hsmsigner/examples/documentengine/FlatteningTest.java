package io.github.hsmsigner.examples.documentengine;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hsmsigner.examples.documentengine.Application.Answer;
import java.io.IOException;
import java.nio.file.Path;
import org.apache.pdfbox.Loader;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.interactive.annotation.PDAnnotationWidget;
import org.apache.pdfbox.text.PDFTextStripper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The option {@code flatten}. */
@ExtendWith(SigningChainProvider.class)
class FlatteningTest {

    private static final String FLATTEN = "{\"flatten\":true,\"signatureType\":\"cades\"}";

    private final Application application;
    private final Validators validators;

    FlatteningTest(SigningChain chain, @TempDir Path directory) {
        this.application = chain.application();
        this.validators = new Validators(directory, chain.root());
    }

    @Test
    void formsAndAnnotationsBecomeAPartOfThePage() throws IOException {
        byte[] original = SamplePdf.withFormAndStamp();
        SignedPdf pdf = application.signed(original, FLATTEN);
        validators.accept(pdf, SignatureType.CADES);
        try (PDDocument document = Loader.loadPDF(pdf.bytes())) {
            assertThat(new PDFTextStripper().getText(document)).contains(SamplePdf.WORD, "Jane");
            assertThat(document.getDocumentCatalog().getAcroForm().getField("name"))
                    .isNull();
            assertThat(document.getPage(0).getAnnotations())
                    .as("the signature's own field")
                    .singleElement()
                    .isInstanceOf(PDAnnotationWidget.class);
        }
        Rendered before = Rendered.page(original, 0);
        Rendered after = Rendered.page(pdf.bytes(), 0);
        assertThat(before.ink(300, 200, 50, 50)).isGreaterThan(2000);
        assertThat(after.ink(300, 200, 50, 50)).isEqualTo(before.ink(300, 200, 50, 50));
        assertThat(after.ink()).isBetween(before.ink() * 95 / 100, before.ink() * 105 / 100);
    }

    @Test
    void aDocumentWithoutEitherIsSignedAsItIs() {
        validators.accept(application.signed(SamplePdf.plain(), FLATTEN), SignatureType.CADES);
    }

    @Test
    void itWouldBreakEarlierSignatures() {
        String id = application.upload(SamplePdf.plain()).documentId();
        assertThat(application.sign(id, "{}").status()).isEqualTo(200);
        assertRefused(
                application.sign(id, FLATTEN),
                "The PDF is signed, and flatten would break its signatures; leave flatten out.");
        validators.accept(new SignedPdf(application.download(id).body()), SignatureType.CMS);
    }

    @Test
    void anEncryptedDocumentIsRefused() {
        String id = application.upload(SamplePdf.encrypted(128)).documentId();
        assertRefused(
                application.sign(id, FLATTEN), "The stand-in does not flatten encrypted PDFs; leave flatten out.");
    }

    private static void assertRefused(Answer answer, String message) {
        assertThat(answer.error()).isEqualTo(message);
        assertThat(answer.status()).isEqualTo(400);
    }
}
