package io.github.hsmsigner.examples.pdf;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hsmsigner.examples.ExamplePdf;
import io.github.hsmsigner.examples.ExampleProgram;
import io.github.hsmsigner.examples.ExampleToken;
import io.github.hsmsigner.testing.ExternalTool;
import io.github.hsmsigner.testing.TestPki;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.pdfbox.Loader;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.common.PDRectangle;
import org.apache.pdfbox.pdmodel.interactive.annotation.PDAnnotationText;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VerifyPdfExampleTest {

    private static final String SIGNER = "CN=Jane Signer, certified by CN=Test Issuing CA";

    @TempDir
    private static Path directory;

    private static final ExampleToken HSM = new ExampleToken();
    private static Path document;
    private static Path signed;

    @BeforeAll
    static void sign() throws IOException {
        HSM.addKey("Jane Signer", TestPki.keyPair("EC", 256));
        document = directory.resolve("document.pdf");
        signed = directory.resolve("signed.pdf");
        SampleDocument.write(document);
        sign(document, signed);
    }

    private static void sign(Path from, Path to) {
        ExampleProgram.of(SignPdfExample.class)
                .with(HSM.token())
                .with("HSM_KEY_LABEL", "Jane Signer")
                .runOrFail(from, to);
    }

    private static ExternalTool.Result verify(Path pdf) {
        return ExampleProgram.of(VerifyPdfExample.class).run(pdf, HSM.rootFile(directory));
    }

    private static Path changed(String from, String to) throws IOException {
        String text = Files.readString(signed, StandardCharsets.ISO_8859_1);
        assertThat(text).contains(from);
        return Files.writeString(
                Files.createTempFile(directory, "changed", ".pdf"),
                text.replace(from, to),
                StandardCharsets.ISO_8859_1);
    }

    @Test
    void saysWhoSignedWhenAndWhat() {
        ExternalTool.Result result = verify(signed);
        assertThat(result.exitCode()).isZero();
        assertThat(result.output())
                .startsWith("Signature 1 of 1: valid\n  who: " + SIGNER + "\n  when: 20")
                .contains("Z, claimed by the signer\n")
                .endsWith("  covers: the whole file\n");
    }

    @Test
    void aChangedWordIsNoticed() throws IOException {
        Path tampered = changed("(Agreement)", "(Agreemint)");
        ExternalTool.Result result = verify(tampered);
        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.output()).startsWith("Signature 1 of 1: NOT VALID: what it covers was changed\n");
        assertThat(ExamplePdf.pdfsig(tampered)).contains("Signature Validation: Digest Mismatch.");
    }

    @Test
    void whatWasAddedAfterwardsIsNotTakenForSigned() throws IOException {
        Path extended = directory.resolve("extended.pdf");
        try (PDDocument pdf = Loader.loadPDF(signed.toFile());
                OutputStream out = Files.newOutputStream(extended)) {
            PDAnnotationText note = new PDAnnotationText();
            note.setContents("And something else");
            note.setRectangle(new PDRectangle(300, 700, 20, 20));
            pdf.getPage(0).getAnnotations().add(note);
            pdf.getPage(0).getCOSObject().setNeedToBeUpdated(true);
            pdf.saveIncremental(out);
        }
        ExternalTool.Result result = verify(extended);
        assertThat(result.exitCode()).isZero();
        assertThat(result.output())
                .startsWith("Signature 1 of 1: valid\n")
                .contains("covers: the first " + Files.size(signed) + " of " + Files.size(extended)
                        + " bytes; the rest was added afterwards");
        assertThat(ExamplePdf.pdfsig(extended)).contains("Signature is Valid.", "Not total document signed");
    }

    @Test
    void eachOfTwoSignaturesCoversWhatWasThereThen() throws IOException {
        Path twice = directory.resolve("twice.pdf");
        sign(signed, twice);
        ExternalTool.Result result = verify(twice);
        assertThat(result.exitCode()).isZero();
        assertThat(result.output().lines().filter(line -> !line.startsWith("  when: ")))
                .containsExactly(
                        "Signature 1 of 2: valid",
                        "  who: " + SIGNER,
                        "  covers: the first " + Files.size(signed) + " of " + Files.size(twice)
                                + " bytes; the rest was added afterwards",
                        "Signature 2 of 2: valid",
                        "  who: " + SIGNER,
                        "  covers: the whole file");
    }

    @Test
    void aSignatureThatLeavesSomethingOutIsNotValid() throws IOException {
        String text = Files.readString(signed, StandardCharsets.ISO_8859_1);
        Matcher range = Pattern.compile("/ByteRange \\[0 (\\d+) ").matcher(text);
        assertThat(range.find()).isTrue();
        int end = Integer.parseInt(range.group(1));
        Path other = changed("/ByteRange [0 " + end + " ", "/ByteRange [0 " + (end - 2) + " ");
        ExternalTool.Result result = verify(other);
        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.output())
                .startsWith("Signature 1 of 1: NOT VALID: it does not cover the whole file except its own room");
    }

    @Test
    void aSignerOfSomebodyElsesRootIsNotValid() {
        Path otherRoot = TestPki.writePem(directory.resolve("other.pem"), new TestPki().root());
        ExternalTool.Result result = ExampleProgram.of(VerifyPdfExample.class).run(signed, otherRoot);
        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.output()).contains("NOT VALID: its certificate leads to no root that is trusted");
    }

    @Test
    void aDocumentWithoutSignatureIsNoSignedDocument() {
        ExternalTool.Result result = verify(document);
        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.output()).isEqualTo("There is no signature.\n");
    }
}
