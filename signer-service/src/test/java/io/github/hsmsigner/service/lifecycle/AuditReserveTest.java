package io.github.hsmsigner.service.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hsmsigner.http.Client;
import io.github.hsmsigner.service.config.ShowsEffectOf;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** With less disk space than the reserve, signatures still have their lines, and strangers have none. */
@Timeout(60)
class AuditReserveTest {

    private static final String REQUEST = "{\"encoded_contents\":\"YWJj\",\"signing_token\":\"%s\"}";

    @TempDir
    private Path directory;

    private String settings(String reserve) {
        return ConfiguredService.keyInFile(directory)
                + "server: {address: 127.0.0.1, port: 0}\naccess: {token-secret: the secret of the caller}\naudit: {file: @audit.jsonl, reserve: "
                + reserve + "}\n";
    }

    private static int sign(Client client, String token) {
        return client.sign(REQUEST.formatted(token)).statusCode();
    }

    private long lines() {
        try {
            return Files.readAllLines(directory.resolve("audit.jsonl")).size();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    @ShowsEffectOf("audit.reserve")
    void signaturesHaveLinesAndStrangersHaveNone() {
        try (ConfiguredService service = ConfiguredService.start(directory, settings("4000000GiB"))) {
            Client client = service.client();
            assertThat(sign(client, "the secret of a stranger")).isEqualTo(401);
            assertThat(sign(client, "the secret of a stranger")).isEqualTo(401);
            assertThat(sign(client, "the secret of the caller")).isEqualTo(200);
            assertThat(lines()).isEqualTo(1);
            assertThat(service.metric("signer_audit_summarized_total")).isEqualTo(2);
            assertThat(service.metric("signer_audit_disk_low")).isEqualTo(1);
            assertThat(Client.text(client.get("/health/ready")))
                    .contains("\"ready\"", "The disk of the audit log has less space free than its reserve.");
        }
        try (ConfiguredService service = ConfiguredService.start(directory, settings("0"))) {
            Client client = service.client();
            assertThat(lines()).as("with the summary").isEqualTo(2);
            assertThat(sign(client, "the secret of a stranger")).isEqualTo(401);
            assertThat(lines()).isEqualTo(3);
            assertThat(service.metric("signer_audit_disk_low")).isZero();
        }
    }
}
