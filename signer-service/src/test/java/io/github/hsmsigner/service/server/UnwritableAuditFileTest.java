package io.github.hsmsigner.service.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hsmsigner.audit.AuditFile;
import io.github.hsmsigner.audit.AuditFileSettings;
import io.github.hsmsigner.core.SigningPolicy;
import io.github.hsmsigner.core.SigningService;
import io.github.hsmsigner.http.TestKey;
import io.github.hsmsigner.http.protocol.CallbackHandler;
import io.github.hsmsigner.http.protocol.CallbackResponse;
import io.github.hsmsigner.http.protocol.RequestLog;
import io.github.hsmsigner.http.protocol.RequestMetadata;
import io.github.hsmsigner.testing.CapturedLog;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UnwritableAuditFileTest {

    @TempDir
    private Path directory;

    @Test
    void requestsFailWithOneWarningAndNoStackTraceForEach() {
        AuditFile audit = AuditFile.open(AuditFileSettings.of(directory.resolve("audit.jsonl")));
        audit.close();
        SigningService service = TestKey.service(directory, SigningPolicy.open(), audit);
        CallbackHandler.Config config = new CallbackHandler.Config();
        config.observers = List.of(new RequestLog(new RequestLogThrottle(System::nanoTime)));
        CallbackHandler handler = new CallbackHandler(() -> service, config);
        try (CapturedLog log = new CapturedLog()) {
            for (int i = 0; i < 3; i++) {
                CallbackResponse answer = handler.handle(
                        new RequestMetadata(
                                "request-" + i,
                                name -> name.equals("Content-Type") ? List.of("application/json") : List.of(),
                                false,
                                Duration.ZERO,
                                Map.of()),
                        () -> new ByteArrayInputStream(
                                "{\"data_to_be_signed\":\"AQID\"}".getBytes(StandardCharsets.US_ASCII)));
                assertThat(answer.status()).isEqualTo(500);
                assertThat(answer.outcome()).isEqualTo("internal");
            }
            assertThat(log.lines())
                    .filteredOn(line -> !line.startsWith("DEBUG") && !line.startsWith("TRACE"))
                    .singleElement()
                    .asString()
                    .startsWith("WARN ")
                    .contains("cannot be recorded in the audit log; from now on they are counted", "is closed")
                    .doesNotContain("\n");
        }
    }
}
