package io.github.hsmsigner.examples.guide;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hsmsigner.pkcs11.softhsm.SoftHsm;
import io.github.hsmsigner.testing.ExternalTool;
import io.github.hsmsigner.testing.TestPki;
import java.io.File;
import java.io.IOException;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** docs/java-api.md: the program signs with a SoftHSM key, the commands verify the signature, and the types of the table exist. */
class JavaApiPageTest {

    private static final Pattern TYPE = Pattern.compile("^\\| `(\\w+)` \\| `([\\w.]+)` \\| .+ \\|$", Pattern.MULTILINE);

    @TempDir
    private Path directory;

    private final Guide page = Guide.read("java-api.md");

    @Test
    void theProgramSigns() throws IOException {
        SoftHsm.Token token = SoftHsm.newToken();
        TestPki pki = new TestPki();
        KeyPair key = TestPki.rsaKeyPair(2048);
        token.importKey(key, "contracts", "01");
        TestPki.writePem(directory.resolve("signer.pem"), pki.certifySigner("HSM Signer", key.getPublic()));
        TestPki.writePem(directory.resolve("ca.pem"), pki.intermediate(), pki.root());
        Files.writeString(directory.resolve("document.pdf"), "content");
        String program = "src/main/java/SignWithHsm.java";
        Path source = Files.writeString(
                directory.resolve("SignWithHsm.java"), page.files().get(program));
        Path classes = directory.resolve("classes");
        GuideCompiler.compile(classes, List.of(source));
        String java = "'" + Path.of(System.getProperty("java.home"), "bin", "java") + "' -cp '" + classes
                + File.pathSeparator + GuideCompiler.classPath() + "' $1 $2";
        List<String> commands = page.commands().stream()
                .map(command -> command.replaceFirst(
                        "^mvn -q compile exec:java -Dexec.mainClass=(\\w+) -Dexec.args=\"(.*)\"$", java))
                .toList();
        assertThat(commands).hasSize(2);
        String output = ExternalTool.runOrFail(
                "env",
                "-C",
                directory.toString(),
                "HSM_MODULE=" + SoftHsm.module(),
                "HSM_TOKEN_LABEL=" + token.label(),
                "HSM_PIN=" + token.pin(),
                "sh",
                "-ec",
                String.join("\n", commands));
        assertThat(output).contains("CMS Verification successful");
    }

    @Test
    void theTypesOfTheTableArePublic() throws ClassNotFoundException {
        List<MatchResult> types = TYPE.matcher(page.text()).results().toList();
        assertThat(types).hasSize(15);
        for (MatchResult type : types) {
            Class<?> found = Class.forName("io.github.hsmsigner." + type.group(2) + "." + type.group(1));
            assertThat(Modifier.isPublic(found.getModifiers())).as("%s", found).isTrue();
        }
    }

    @Test
    void theLinesWithTheBuilderCompile() throws IOException {
        Path source = Files.writeString(directory.resolve("Lines.java"), """
                import io.github.hsmsigner.core.*;
                import io.github.hsmsigner.core.cms.*;

                class Lines {
                    void lines(SigningKey key, SigningPolicy policy, AuditLog audit) {
                        %s
                    }
                }
                """.formatted(
                        page.blocks("java").get(1)));
        GuideCompiler.compile(directory, List.of(source));
    }
}
