package io.github.hsmsigner.examples.embedding;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hsmsigner.examples.ExampleProgram;
import io.github.hsmsigner.examples.ExampleToken;
import io.github.hsmsigner.testing.OpensslCms;
import io.github.hsmsigner.testing.TestPki;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SignFileExampleTest {

    @TempDir
    private Path directory;

    @Test
    void opensslVerifiesTheContainerBesideTheFile() throws IOException {
        ExampleToken hsm = new ExampleToken();
        hsm.addKey("letters", TestPki.rsaKeyPair(2048));
        Path file = Files.writeString(directory.resolve("letter.txt"), "Dear reader");
        Path container = directory.resolve("letter.txt.p7s");
        ExampleProgram program =
                ExampleProgram.of(SignFileExample.class).with(hsm.token()).with("HSM_KEY_LABEL", "letters");

        assertThat(program.runOrFail(file, container))
                .contains("Signed by CN=letters")
                .doesNotContain(hsm.token().pin());
        assertThat(OpensslCms.verify(
                                directory,
                                Files.readAllBytes(container),
                                Files.readAllBytes(file),
                                hsm.pki().root())
                        .output())
                .contains("CAdES Verification successful");

        assertThat(program.run(file, container).exitCode()).isNotZero();
    }
}
