package io.github.hsmsigner.examples.guide;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hsmsigner.examples.ExamplePdf;
import io.github.hsmsigner.examples.pdf.SampleDocument;
import io.github.hsmsigner.pdf.PdfCertification;
import io.github.hsmsigner.pdf.PdfException;
import io.github.hsmsigner.pdf.PdfLevel;
import io.github.hsmsigner.testing.ExternalTool;
import io.github.hsmsigner.testing.OpenSslRevocationServer;
import io.github.hsmsigner.testing.OpenSslTimestampAuthority;
import io.github.hsmsigner.testing.TestPki;
import java.awt.image.BufferedImage;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** docs/guides/sign-pdfs.md: its programs sign, and its tables have every value. */
class SignPdfsGuideTest {

    private final Guide guide = Guide.read("guides/sign-pdfs.md");

    @Test
    void theProgramsSign(@TempDir Path directory) throws IOException {
        TestPki pki = new TestPki();
        KeyPair pair = TestPki.keyPair("EC", 256);
        char[] password = "of-the-test".toCharArray();
        Path key = pki.writePkcs12(
                directory.resolve("key.p12"), password, pair, pki.certifySigner("Jane Signer", pair.getPublic()));
        Path signed = run(directory, "SignPdf", key.toString());
        assertThat(ExamplePdf.pdfsig(signed)).contains("Signature is Valid.", "Total document signed");
        Path image = directory.resolve("image.png");
        ImageIO.write(new BufferedImage(30, 30, BufferedImage.TYPE_INT_RGB), "png", image.toFile());
        Path visible = run(directory, "SignVisibly", key.toString(), image.toString());
        assertThat(ExamplePdf.pdfsig(visible)).contains("Signature is Valid.", "Total document signed");
        assertThat(ExternalTool.runOrFail("pdftotext", visible.toString(), "-"))
                .contains("Approved by Jane Signer", "Reason: Contract of 2026");
    }

    private Path run(Path directory, String program, String... arguments) throws IOException {
        Path document = directory.resolve(program + "-document.pdf");
        SampleDocument.write(document);
        Path signed = directory.resolve(program + ".pdf");
        String fileName = program + ".java";
        Path source =
                Files.writeString(directory.resolve(fileName), guide.files().get(fileName));
        GuideCompiler.compile(directory, List.of(source));
        List<String> command = new ArrayList<>(List.of(
                "env",
                "KEY_PASSWORD=of-the-test",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                directory + File.pathSeparator + GuideCompiler.classPath(),
                program));
        command.addAll(List.of(arguments));
        command.addAll(List.of(document.toString(), signed.toString()));
        assertThat(ExternalTool.runOrFail(command.toArray(String[]::new))).contains("Signed: " + signed);
        return signed;
    }

    @Test
    void theProgramForTheLongTermSigns(@TempDir Path directory) throws IOException {
        try (OpenSslRevocationServer authorities = new OpenSslRevocationServer(directory.resolve("ca"));
                OpenSslTimestampAuthority timestamps =
                        new OpenSslTimestampAuthority(directory.resolve("tsa"), authorities.issuer)) {
            ExternalTool.runOrFail(
                    "sh",
                    "-c",
                    "cd '" + directory + "/ca' && cat issuer.pem root.pem > chain.pem && exec openssl pkcs12 -export"
                            + " -inkey signer.key -in signer.pem -certfile chain.pem -out signer.p12"
                            + " -passout pass:of-the-test");
            Path signed = run(
                    directory,
                    "SignForTheLongTerm",
                    directory.resolve("ca/signer.p12").toString(),
                    timestamps.uri().toString());
            assertThat(Files.readString(signed, StandardCharsets.ISO_8859_1)).contains("/VRI", "/ETSI.RFC3161");
        }
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
