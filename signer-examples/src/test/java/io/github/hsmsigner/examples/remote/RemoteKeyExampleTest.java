package io.github.hsmsigner.examples.remote;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hsmsigner.examples.ExampleProgram;
import io.github.hsmsigner.examples.ExampleToken;
import io.github.hsmsigner.testing.ExternalTool;
import io.github.hsmsigner.testing.OpensslCms;
import io.github.hsmsigner.testing.TestPki;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class RemoteKeyExampleTest {

    private static final String CREDENTIALS = "credentials-of-the-example";

    @TempDir
    private Path directory;

    private final ExampleToken hsm = new ExampleToken();

    @Test
    void signsWithAKeyThatAnotherProcessHolds() throws IOException {
        X509Certificate certificate = hsm.addKey("remote", TestPki.keyPair("EC", 384));
        Path chain = TestPki.writePem(
                directory.resolve("chain.pem"),
                certificate,
                hsm.pki().intermediate(),
                hsm.pki().root());
        Path file = Files.writeString(directory.resolve("letter.txt"), "Dear reader");
        Path container = directory.resolve("letter.txt.p7s");
        ExampleProgram program = ExampleProgram.of(RemoteKeyExample.class).with("KEY_SERVICE_CREDENTIALS", CREDENTIALS);

        try (ExampleProgram.Server service = ExampleProgram.of(KeyService.class)
                .with(hsm.token())
                .with("HSM_KEY_LABEL", "remote")
                .with("KEY_SERVICE_CREDENTIALS", CREDENTIALS)
                .start(0)) {
            program.runOrFail(service.address(), file, container, chain);
            assertThat(OpensslCms.verify(
                                    directory,
                                    Files.readAllBytes(container),
                                    Files.readAllBytes(file),
                                    hsm.pki().root())
                            .output())
                    .contains("CAdES Verification successful");

            ExternalTool.Result refused = program.with("KEY_SERVICE_CREDENTIALS", "wrong")
                    .run(service.address(), file, directory.resolve("none"), chain);
            assertThat(refused.exitCode()).isEqualTo(1);
            assertThat(refused.output())
                    .contains("unavailable: The key service at")
                    .contains("refuses our credentials");

            service.process().destroyForcibly();
            service.process().onExit().join();
            ExternalTool.Result gone = program.run(service.address(), file, directory.resolve("none"), chain);
            assertThat(gone.exitCode()).isEqualTo(1);
            assertThat(gone.output())
                    .contains("unavailable; try again in 2 s: ")
                    .contains("could not be reached")
                    .doesNotContain(CREDENTIALS);
        }
        assertThat(directory.resolve("none")).doesNotExist();
    }
}
