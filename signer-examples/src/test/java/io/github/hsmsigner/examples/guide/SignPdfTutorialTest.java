package io.github.hsmsigner.examples.guide;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hsmsigner.examples.pdf.SampleDocument;
import io.github.hsmsigner.pkcs11.softhsm.SoftHsm;
import io.github.hsmsigner.testing.ExternalTool;
import io.github.hsmsigner.testing.LoopbackServer;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/**
 * docs/tutorials/sign-a-pdf-from-java.md: its files compile without a warning, and its commands run as one script. In place of Maven, the
 * script runs Java with the class path of this test.
 */
class SignPdfTutorialTest {

    @TempDir
    private Path directory;

    private final Guide guide = Guide.read("tutorials/sign-a-pdf-from-java.md");

    @BeforeEach
    void writeFiles() throws IOException {
        for (Map.Entry<String, String> file : guide.files().entrySet()) {
            Path path = directory.resolve("files").resolve(file.getKey());
            Files.createDirectories(path.getParent());
            Files.writeString(path, file.getValue());
        }
        SampleDocument.write(directory.resolve("files").resolve("document.pdf"));
    }

    @Test
    void theDependenciesAreThoseOfThisBuild() throws Exception {
        Document pom = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(directory.resolve("files/pom.xml").toFile());
        String ours = textOf(
                DocumentBuilderFactory.newInstance()
                        .newDocumentBuilder()
                        .parse(Path.of("..", "pom.xml").toFile())
                        .getDocumentElement(),
                "version");
        NodeList dependencies = pom.getElementsByTagName("dependency");
        assertThat(dependencies.getLength()).isEqualTo(3);
        for (int i = 0; i < dependencies.getLength(); i++) {
            Element dependency = (Element) dependencies.item(i);
            String name = textOf(dependency, "artifactId");
            String version = textOf(dependency, "version");
            if (textOf(dependency, "groupId").equals("io.github.hsmsigner")) {
                assertThat(version).as(name).isEqualTo(ours);
                assertThat(Path.of("..", name)).isDirectory();
            } else {
                assertThat(GuideCompiler.classPath()).contains(File.separator + name + "-" + version + ".jar");
            }
        }
    }

    private static String textOf(Element parent, String name) {
        return parent.getElementsByTagName(name).item(0).getTextContent();
    }

    @Test
    void everyStepWorks() throws IOException {
        Path classes = directory.resolve("classes");
        String port = Integer.toString(LoopbackServer.freePort());
        useInFiles("3180", port);
        useInFiles("/usr/lib/softhsm/libsofthsm2.so", SoftHsm.module().toString());
        GuideCompiler.compile(
                classes,
                guide.files().keySet().stream()
                        .filter(name -> name.endsWith(".java"))
                        .map(directory.resolve("files")::resolve)
                        .toList());
        String java = "'" + Path.of(System.getProperty("java.home"), "bin", "java") + "' -XX:TieredStopAtLevel=1 -cp '"
                + classes
                + File.pathSeparator + GuideCompiler.classPath() + "' -Dlogback.configurationFile="
                + System.getProperty("logback.configurationFile");
        String script = guide.script("SignPdfTutorialTest")
                .replaceFirst("(cd signer-tutorial\n.*\n)", "$1cp -r ../files/* .\n")
                .replace("mvn -q compile exec:java -Dexec.mainClass=", java + " ")
                .replace("3180", port)
                .replace("/usr/lib/softhsm/libsofthsm2.so", SoftHsm.module().toString());
        String output = ExternalTool.runOrFail("env", "-C", directory.toString(), "bash", "-euc", script);
        assertThat(output)
                .containsSubsequence(
                        "Signed: signed.pdf\n",
                        "  - Signature Type: ETSI.CAdES.detached\n",
                        "  - Total document signed\n  - Signature Validation: Signature is Valid.\n",
                        "Signed: signed-hsm.pdf\n",
                        "Signature is Valid.",
                        "Signed: signed-time.pdf\n",
                        "Signature is Valid.");
        Path project = directory.resolve("signer-tutorial");
        assertThat(Files.readString(project.resolve("signed-time.pdf"), StandardCharsets.ISO_8859_1))
                .as("the object identifier of id-smime-aa-timeStampToken, in hexadecimal digits")
                .containsIgnoringCase("060b2a864886f70d010910020e");
        try (var files = Files.list(project)) {
            assertThat(files.map(file -> file.getFileName().toString())).noneMatch(name -> name.endsWith(".tmp"));
        }
    }

    private void useInFiles(String text, String replacement) throws IOException {
        for (String name : guide.files().keySet()) {
            Path file = directory.resolve("files").resolve(name);
            Files.writeString(file, Files.readString(file).replace(text, replacement));
        }
    }
}
