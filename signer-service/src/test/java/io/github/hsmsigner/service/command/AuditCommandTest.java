package io.github.hsmsigner.service.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hsmsigner.audit.AuditFile;
import io.github.hsmsigner.audit.AuditFileSettings;
import io.github.hsmsigner.core.Digest;
import io.github.hsmsigner.core.DigestAlgorithm;
import io.github.hsmsigner.core.RequestContext;
import io.github.hsmsigner.core.SigningPolicy;
import io.github.hsmsigner.core.SigningService;
import io.github.hsmsigner.http.TestKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AuditCommandTest {

    @TempDir
    private Path directory;

    private final Console console = new Console(Map.of());
    private Path log;

    @BeforeEach
    void writeALog() {
        log = directory.resolve("audit.jsonl");
        try (AuditFile audit = AuditFile.open(AuditFileSettings.of(log))) {
            SigningService service = TestKey.service(directory, SigningPolicy.open(), audit);
            Digest digest = Digest.compute(DigestAlgorithm.SHA256, new byte[] {1, 2, 3});
            for (int i = 1; i <= 20; i++) {
                service.signRaw(RequestContext.builder("request-" + i).build(), digest);
            }
        }
    }

    @Test
    void anIntactLogEndsWithItsAnchor() throws IOException {
        String head = Files.readString(directory.resolve("audit.jsonl.head"));
        Console.Result intact = console.run("audit", "verify", log.toString(), "--anchor", head);
        assertThat(intact.exitCode()).isZero();
        assertThat(intact.errors()).isEmpty();
        assertThat(intact.output())
                .startsWith("File " + log + "\nIntact: 20 lines, 1 to 20.\nLast line: 20:")
                .endsWith("\n");
    }

    @Test
    void aChangedLineIsNamed() throws IOException {
        Files.writeString(log, Files.readString(log).replace("request-7", "request-x"));
        Console.Result broken = console.run("audit", "verify", log.toString());
        assertThat(broken.exitCode()).isEqualTo(1);
        assertThat(broken.output()).contains("BROKEN at " + log + ", line 7: ");
    }

    @ParameterizedTest
    @CsvSource({
        "absent.jsonl,,absent.jsonl of the audit log does not exist.",
        "audit.jsonl,7,is a sequence number",
        "audit.jsonl,7:ab,is a sequence number",
        ".,,The audit log cannot be read: Is a directory."
    })
    void aLogThatCannotBeVerifiedHasAReason(String file, String anchor, String reason) {
        String path = directory.resolve(file).toString();
        Console.Result refused = anchor == null
                ? console.run("audit", "verify", path)
                : console.run("audit", "verify", path, "--anchor", anchor);
        assertThat(refused.exitCode()).isEqualTo(2);
        assertThat(refused.output()).isEmpty();
        assertThat(refused.errors()).startsWith("signer-service: ").contains(reason);
    }
}
