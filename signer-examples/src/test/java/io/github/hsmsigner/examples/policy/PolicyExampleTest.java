package io.github.hsmsigner.examples.policy;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hsmsigner.examples.ExampleProgram;
import io.github.hsmsigner.examples.ExampleToken;
import io.github.hsmsigner.testing.OpensslCms;
import io.github.hsmsigner.testing.TestPki;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PolicyExampleTest {

    @TempDir
    private Path directory;

    private final ExampleToken hsm = new ExampleToken();
    private Path file;
    private Path container;

    @BeforeEach
    void prepare() throws IOException {
        hsm.addKey("contracts", TestPki.keyPair("EC", 256));
        hsm.addKey("invoices", TestPki.keyPair("EC", 256));
        file = Files.writeString(directory.resolve("letter.txt"), "Dear reader");
        container = directory.resolve("letter.txt.p7s");
    }

    private String runAt(String time) {
        return ExampleProgram.of(PolicyExample.class).with(hsm.token()).runOrFail(file, container, time);
    }

    @Test
    void whoMaySignSignsAndTheOthersLearnNoReason() throws IOException {
        String output = runAt("2026-03-02T09:00:00Z");
        assertThat(output.replaceAll("of \\d+ bytes", "of … bytes").lines())
                .containsExactly(
                        "legal asks for a signature over a digest with sha384",
                        "  audit log: [legal], key contracts: done",
                        "  client: a container of … bytes",
                        "legal asks for a signature with the key of invoices over a digest with sha384",
                        "  audit log: [legal], key invoices: denied",
                        "  client: The signing token does not permit this request.",
                        "billing asks for a signature over a digest with sha256",
                        "  audit log: [billing], key none: denied",
                        "  client: The signing token does not permit this request.",
                        "sales asks for a signature with the key of contracts over a digest with sha384",
                        "  audit log: [], key contracts: denied",
                        "  client: The signing token does not permit this request.");
        assertThat(OpensslCms.verify(
                                directory,
                                Files.readAllBytes(container),
                                Files.readAllBytes(file),
                                hsm.pki().root())
                        .output())
                .contains("CAdES Verification successful");
    }

    @Test
    void nothingIsSignedWhileTheOfficeIsClosed() {
        assertThat(runAt("2026-02-28T09:00:00Z"))
                .contains("audit log: [legal], key none: rate_limited", "Again in " + 47 * 60 + " minutes.");
        assertThat(container).doesNotExist();
    }
}
