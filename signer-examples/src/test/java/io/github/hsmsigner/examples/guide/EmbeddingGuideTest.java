package io.github.hsmsigner.examples.guide;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hsmsigner.core.error.ErrorCode;
import io.github.hsmsigner.examples.pdf.SampleDocument;
import io.github.hsmsigner.pkcs11.softhsm.SoftHsm;
import io.github.hsmsigner.testing.ExternalTool;
import io.github.hsmsigner.testing.OpenSslTimestampAuthority;
import io.github.hsmsigner.testing.TestPki;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/**
 * docs/embedding.md: its files are compiled with every warning an error, and its commands run in their order. Maven's part is done here
 * by the compiler and a Java process with the class path of this test.
 */
class EmbeddingGuideTest {

    private static final Pattern RUN =
            Pattern.compile("mvn -q compile exec:java -Dexec.mainClass=(\\w+)(?: -Dexec.args=\"(.*)\")?");

    @TempDir
    private Path directory;

    private final Guide guide = Guide.read("embedding.md");
    private final SoftHsm.Token token = SoftHsm.newToken();

    @BeforeEach
    void writeFiles() throws IOException {
        for (Map.Entry<String, String> file : guide.files().entrySet()) {
            Path path = directory.resolve(file.getKey());
            Files.createDirectories(path.getParent());
            Files.writeString(path, file.getValue());
        }
    }

    private void prepareToken() {
        KeyPair key = TestPki.rsaKeyPair(2048);
        token.importKey(key, "contracts", "01");
        token.importCertificate(new TestPki().certifySigner("HSM Signer", key.getPublic()), "contracts", "01");
    }

    @Test
    void theDependenciesAreThoseOfThisBuild() throws Exception {
        Document pom = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(directory.resolve("pom.xml").toFile());
        String ours = textOf(
                DocumentBuilderFactory.newInstance()
                        .newDocumentBuilder()
                        .parse(Path.of("..", "pom.xml").toFile())
                        .getDocumentElement(),
                "version");
        NodeList dependencies = pom.getElementsByTagName("dependency");
        assertThat(dependencies.getLength()).isEqualTo(4);
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
        SampleDocument.write(directory.resolve("document.pdf"));
        prepareToken();
        GuideCompiler.compile(
                directory.resolve("classes"),
                guide.files().keySet().stream()
                        .filter(name -> name.endsWith(".java"))
                        .map(directory::resolve)
                        .toList());
        List<String> output = new ArrayList<>();
        try (OpenSslTimestampAuthority authority = new OpenSslTimestampAuthority(directory.resolve("authority"))) {
            for (String command : guide.commands()) {
                if (!command.equals("mvn -Pquick install")) {
                    output.addAll(run(command.replace(
                                    "http://timestamps.example/",
                                    authority.uri().toString()))
                            .lines()
                            .toList());
                }
            }
        }
        assertThat(output)
                .contains(
                        "Signed: signed.pdf",
                        "  - Signature Validation: Signature is Valid.",
                        "  - Signature Type: ETSI.CAdES.detached",
                        "Signed with the HSM: signed-hsm.pdf",
                        "Audit: CONTAINER by [legal]: done",
                        "Audit: CERTIFICATES by []: denied",
                        "For the client: The signing token does not permit this request.",
                        "CMS Verification successful",
                        "Verifies: true");
        assertThat(ExternalTool.runOrFail(
                        "pdfsig", directory.resolve("signed-hsm.pdf").toString()))
                .contains("Signature is Valid", "HSM Signer");
        assertThat(ExternalTool.runOrFail(
                        "openssl",
                        "cms",
                        "-cmsout",
                        "-print",
                        "-inform",
                        "DER",
                        "-noout",
                        "-in",
                        directory.resolve("document.p7s").toString()))
                .contains("id-smime-aa-timeStampToken");
    }

    private String run(String command) {
        List<String> line = new ArrayList<>(List.of(
                "env",
                "-C",
                directory.toString(),
                "HSM_MODULE=" + SoftHsm.module(),
                "HSM_TOKEN_LABEL=" + token.label(),
                "HSM_PIN=" + token.pin(),
                "HSM_KEY_LABEL=contracts"));
        Matcher run = RUN.matcher(command);
        if (run.matches()) {
            line.addAll(List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-cp",
                    directory.resolve("classes") + File.pathSeparator + GuideCompiler.classPath(),
                    "-Dlogback.configurationFile=" + System.getProperty("logback.configurationFile"),
                    run.group(1)));
            if (run.group(2) != null) {
                line.addAll(Arrays.asList(run.group(2).split(" ")));
            }
        } else {
            line.addAll(List.of("sh", "-c", command));
        }
        return ExternalTool.runOrFail(line.toArray(String[]::new));
    }

    @Test
    void theTableOfErrorsHasEveryCode() {
        List<String> codes = guide.text()
                .lines()
                .filter(line -> line.matches("\\| `[a-z_]+` \\| `\\w+Exception` .*"))
                .map(line -> line.split("`")[1])
                .toList();
        assertThat(codes)
                .containsExactlyElementsOf(
                        Arrays.stream(ErrorCode.values()).map(ErrorCode::text).toList());
    }
}
