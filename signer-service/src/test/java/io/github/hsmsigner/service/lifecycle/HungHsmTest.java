package io.github.hsmsigner.service.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hsmsigner.http.Client;
import io.github.hsmsigner.http.TestKey;
import io.github.hsmsigner.pkcs11.internal.cryptoki.FaultyCryptoki;
import io.github.hsmsigner.pkcs11.softhsm.SoftHsm;
import io.github.hsmsigner.testing.CapturedLog;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** C_Sign hangs past the deadline and returns a signature after all. */
@Timeout(60)
class HungHsmTest {

    private static SoftHsm.Token token;

    @TempDir
    private Path directory;

    @BeforeAll
    static void makeToken() {
        token = SoftHsm.newToken();
        token.importKey(TestKey.keyPair(), "contracts", "a1");
        token.importCertificate(TestKey.certificate(), "contracts", "a1");
    }

    private String settings(String signatures) {
        return """
                tokens:
                  hsm: {module: %s, pin: %s, label: %s, calling-thread: module}
                keys:
                  contracts: {label: contracts}
                server: {port: 0}
                signatures: {%s}
                audit: {file: @audit.jsonl}
                """.formatted(SoftHsm.module(), token.pin(), token.label(), signatures);
    }

    private List<String> auditLines() {
        try {
            return Files.readAllLines(directory.resolve("audit.jsonl"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static HttpResponse<byte[]> sign(ConfiguredService service, String requestId) {
        Client client = service.client();
        return client.send(client.request("/sign")
                .header("Content-Type", "application/json")
                .header("X-Request-Id", requestId)
                .POST(BodyPublishers.ofString("{\"encoded_contents\":\"AAAA\"}")));
    }

    private static void await(CountDownLatch release) {
        try {
            release.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void theRequestIsAnsweredAtTheDeadlineAndTheLateSignatureIsInMetricLogAndAuditLog() {
        CountDownLatch release = new CountDownLatch(1);
        AtomicReference<FaultyCryptoki> module = new AtomicReference<>();
        try (CapturedLog log = new CapturedLog();
                ConfiguredService service = ConfiguredService.start(
                        target -> {
                            module.set(new FaultyCryptoki(target));
                            return module.get();
                        },
                        directory,
                        settings("deadline: 400ms"))) {
            try {
                assertThat(sign(service, "good").statusCode()).isEqualTo(200);
                module.get().fault(function -> {
                    if (function.equals("C_Sign")) {
                        await(release);
                    }
                });
                // The client waits much longer, so the answer is that of the deadline.
                assertThat(sign(service, "abandoned").statusCode()).isEqualTo(503);
                String late = "signer_late_signatures_total{key=\"contracts\"}";
                assertThat(service.metric(late)).isZero();
                assertThat(auditLines())
                        .filteredOn(line -> line.contains("signature_late"))
                        .isEmpty();

                release.countDown();
                ConfiguredService.await("the late signature is counted", () -> service.metric(late) == 1);
                ConfiguredService.await(
                        "the late signature is in the audit log",
                        () -> auditLines().stream().anyMatch(line -> line.contains("signature_late")));
                assertThat(auditLines())
                        .filteredOn(line -> line.contains("\"request_id\":\"abandoned\""))
                        .satisfiesExactly(
                                line -> assertThat(line)
                                        .contains(
                                                "\"event\":\"request\"",
                                                "\"outcome\":\"error\",\"error\":\"unavailable\"",
                                                "\"unavailable_reason\":\"late\""),
                                line -> assertThat(line)
                                        .contains(
                                                "\"event\":\"signature_late\"",
                                                "\"key\":\"contracts\",\"algorithm\":\"rsa_pkcs1_sha256\",\"late_us\":"));
                assertThat(log.lines())
                        .filteredOn(line -> line.contains("No caller received it"))
                        .singleElement()
                        .asString()
                        .startsWith("WARN")
                        .contains("Request abandoned:", "key \"contracts\"", "ms after the deadline", token.label());
            } finally {
                release.countDown();
            }
        }
    }
}
