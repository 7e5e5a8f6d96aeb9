package io.github.hsmsigner.examples.guide;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hsmsigner.examples.ExamplePdf;
import io.github.hsmsigner.examples.pdf.SampleDocument;
import io.github.hsmsigner.pdf.PdfCertification;
import io.github.hsmsigner.pdf.PdfException;
import io.github.hsmsigner.pdf.PdfLevel;
import io.github.hsmsigner.testing.ExternalTool;
import io.github.hsmsigner.testing.TestPki;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** docs/guides/sign-pdfs.md: its program signs, and its tables have every value. */
class SignPdfsGuideTest {

    private final Guide guide = Guide.read("guides/sign-pdfs.md");

    @Test
    void theProgramSigns(@TempDir Path directory) throws IOException {
        TestPki pki = new TestPki();
        KeyPair pair = TestPki.keyPair("EC", 256);
        char[] password = "of-the-test".toCharArray();
        Path key = pki.writePkcs12(
                directory.resolve("key.p12"), password, pair, pki.certifySigner("Jane Signer", pair.getPublic()));
        Path document = directory.resolve("document.pdf");
        SampleDocument.write(document);
        Path signed = directory.resolve("signed.pdf");
        Path source = Files.writeString(
                directory.resolve("SignPdf.java"), guide.files().get("SignPdf.java"));
        GuideCompiler.compile(directory, List.of(source));
        String output = ExternalTool.runOrFail(
                "env",
                "KEY_PASSWORD=of-the-test",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                directory + File.pathSeparator + GuideCompiler.classPath(),
                "SignPdf",
                key.toString(),
                document.toString(),
                signed.toString());
        assertThat(output).contains("Signed: " + signed);
        assertThat(ExamplePdf.pdfsig(signed)).contains("Signature is Valid.", "Total document signed");
    }

    @Test
    void theTablesHaveEveryValue() {
        List<String> values = Stream.<Enum<?>[]>of(
                        PdfLevel.values(), PdfCertification.values(), PdfException.Reason.values())
                .flatMap(Stream::of)
                .map(Enum::name)
                .toList();
        assertThat(Pattern.compile("^\\| `([A-Z_]+)`", Pattern.MULTILINE)
                        .matcher(guide.text())
                        .results()
                        .map(row -> row.group(1)))
                .containsExactlyInAnyOrderElementsOf(values);
    }
}
