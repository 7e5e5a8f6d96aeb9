package io.github.hsmsigner.examples.documentengine;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hsmsigner.examples.Main;
import io.github.hsmsigner.testing.ExternalTool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The commands of docs/guides/testing-with-the-stand-in.md that sign a document, run as they stand there. */
@ExtendWith(SigningChainProvider.class)
class StandInCommandsTest {

    private static final Pattern COMMANDS =
            Pattern.compile("^```sh\\n([^`]*?sample-document.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL);

    @Test
    void theySignADocument(SigningChain chain, @TempDir Path directory) throws IOException {
        Matcher commands = COMMANDS.matcher(Files.readString(Path.of("../docs/guides/testing-with-the-stand-in.md")));
        assertThat(commands.find()).isTrue();
        String program = Path.of(System.getProperty("java.home"), "bin", "java") + " -XX:TieredStopAtLevel=1 -cp '"
                + System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")) + "' "
                + Main.class.getName();
        String script = commands.group(1)
                .replace("java -jar signer-examples/target/signer-examples.jar", program)
                .replace("http://localhost:5000", "http://localhost:" + chain.enginePort());
        String output = ExternalTool.runOrFail("sh", "-ec", "cd '" + directory + "'\n" + script);
        assertThat(output).contains("Signature is Valid", "Total document signed");
        new Validators(directory, chain.root())
                .accept(new SignedPdf(Files.readAllBytes(directory.resolve("signed.pdf"))), SignatureType.CADES);
    }
}
